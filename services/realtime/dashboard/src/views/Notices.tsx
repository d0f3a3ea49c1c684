/** What the page points out, in a corner: told politely, never taking the focus, never moving what is on the screen. */
import { ArrowRightLeft, Bell, CircleAlert, MessageCirclePlus, X } from "lucide-react";
import { nameOf, type Notice } from "../state/notices";
import { conversationPath } from "../state/route";
import type { Words } from "../words/en";
import { navigate, useApp, useAppState, usePlace, useWords } from "./context";
import { cx } from "./cx";
import css from "./Notices.module.css";
import { Button, IconButton } from "./parts/Button";
import { problemWords } from "./problem";

const ICON = { new: MessageCirclePlus, needs_human: Bell, given_to_me: ArrowRightLeft, control_lost: CircleAlert, problem: CircleAlert, transferred: ArrowRightLeft } as const;

function textOf(notice: Notice, words: Words, newestName: string | undefined): string {
  switch (notice.kind) {
    case "new":
      return notice.conversationIds.length === 1 && newestName !== undefined ? `${words.notices.new(1)}: ${newestName}` : words.notices.new(notice.conversationIds.length);
    case "needs_human":
      return words.notices.needs(notice.name);
    case "given_to_me":
      return words.notices.given(notice.name, notice.from);
    case "control_lost":
      return words.notices.lost(notice.name, notice.to);
    case "transferred":
      return words.notices.transferred(notice.to);
    case "problem":
      return problemWords(words, notice.reason, notice.who);
  }
}

function leadsTo(notice: Notice): string | undefined {
  if (notice.kind === "new") return notice.conversationIds.at(-1);
  return notice.kind === "problem" || notice.kind === "transferred" ? undefined : notice.conversationId;
}

export function Notices() {
  const words = useWords();
  const { route } = usePlace();
  const notices = useAppState((state) => state.notices);
  return (
    <section className={cx(css.notices, route.page === "conversations" && route.id !== undefined && css.overChat)} aria-label={words.notices.label}>
      <ol aria-live="polite" aria-relevant="additions">
        {notices.map((notice) => (
          <Line key={notice.id} notice={notice} />
        ))}
      </ol>
    </section>
  );
}

function Line({ notice }: { readonly notice: Notice }) {
  const app = useApp();
  const words = useWords();
  const { url } = usePlace();
  const target = leadsTo(notice);
  const newest = useAppState((state) => (target === undefined ? undefined : state.rows[target]));
  const Icon = ICON[notice.kind];
  const dismiss = () => app.ports.store.dispatch({ type: "notice.dismissed", id: notice.id });
  return (
    <li className={cx(css.notice, css[notice.kind])}>
      <Icon size={17} aria-hidden />
      <span className={css.text}>{textOf(notice, words, newest && nameOf(newest))}</span>
      {target !== undefined && (
        <Button
          small
          onClick={() => {
            dismiss();
            navigate(conversationPath(target, url.search));
          }}
        >
          {words.notices.open}
        </Button>
      )}
      {notice.kind === "transferred" && (
        <Button
          small
          onClick={() => {
            dismiss();
            void app.acting.takeOver(notice.conversationId);
          }}
        >
          {words.handover.undo}
        </Button>
      )}
      <IconButton className={css.dismiss} label={words.notices.dismiss} onClick={dismiss}>
        <X size={15} aria-hidden />
      </IconButton>
    </li>
  );
}
