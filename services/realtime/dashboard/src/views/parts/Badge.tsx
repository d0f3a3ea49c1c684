/** The status badge: colour, shape and words together. */
import { BellRing, Bell, CircleCheck, Clock, Hand, Sparkles, UserRound } from "lucide-react";
import type { Status } from "../../state/control";
import { useAtNow, useFormat, useWords } from "../context";
import { cx } from "../cx";
import css from "./Badge.module.css";

const ICON = { ai: Sparkles, needs_human: Bell, mine: Hand, others: UserRound, closed: CircleCheck } as const;

export function Badge({ status, name }: { readonly status: Status; /** Of the colleague, for "others". */ readonly name?: string | undefined }) {
  const words = useWords();
  const Icon = ICON[status];
  return (
    <span className={cx(css.badge, css[status])}>
      <Icon size={12} strokeWidth={2.3} aria-hidden />
      <span className={css.words}>
        {words.status[status]}
        {status === "others" && name !== undefined && name !== "" && <span className={css.name}> · {name}</span>}
      </span>
    </span>
  );
}

interface Waiting {
  readonly since: string;
  readonly size?: "long" | "short" | "tiny";
  /** Longer than the workspace wants. */
  readonly loud?: boolean;
}

/** The end user waits for an answer, and how long. */
export function WaitingBadge({ since, size = "short", loud = false }: Waiting) {
  const words = useWords();
  if (loud) {
    return (
      <span className={cx(css.badge, css.loud)} title={words.desk.leftWaiting.title} data-loud>
        <BellRing size={12} strokeWidth={2.3} aria-hidden />
        {size === "tiny" && <span className="visually-hidden">{words.desk.leftWaiting.title} </span>}
        <Age since={since} {...(size === "tiny" ? {} : { words: words.desk.leftWaiting.line })} />
      </span>
    );
  }
  const text = { long: words.indicator.waiting, short: words.indicator.waitingShort, tiny: undefined }[size];
  return (
    <span className={cx(css.badge, css.waiting)} title={words.indicator.unanswered}>
      <Clock size={12} strokeWidth={2.3} aria-hidden />
      {size === "tiny" && <span className="visually-hidden">{words.indicator.unanswered} </span>}
      <Age since={since} {...(text ? { words: text } : {})} />
    </span>
  );
}

/** How long until something happens, counting down; then "a moment", because it happens elsewhere. */
export function Countdown({ to, words, className }: { readonly to: number; readonly words: (time: string) => string; readonly className?: string | undefined }) {
  const { soon } = useWords().desk.away;
  const format = useFormat();
  const left = useAtNow((now) => (to > now ? format.age(to - now) : soon));
  return (
    <span className={className} data-countdown>
      {words(left)}
    </span>
  );
}

/** How long ago something was, counting. */
export function Age({ since, words = (age) => age }: { readonly since: string; readonly words?: (age: string) => string }) {
  const format = useFormat();
  const age = useAtNow((now) => format.age(now - Date.parse(since)));
  return <span className={css.age}>{words(age)}</span>;
}
