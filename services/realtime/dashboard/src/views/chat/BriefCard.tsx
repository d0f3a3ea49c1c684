/** Why a human is wanted, on top of the chat; it folds. */
import { Bell, ChevronDown, ChevronUp, StickyNote } from "lucide-react";
import { memo, useMemo, useState } from "react";
import type { LogEvent } from "../../gateway/contract";
import { briefOf } from "../../state/insights";
import { useApp, useFormat, useWords } from "../context";
import { cx } from "../cx";
import { Button, IconButton } from "../parts/Button";
import { Problem } from "../parts/Problem";
import { endingWords } from "../problem";
import { Verbatim } from "../parts/Verbatim";
import css from "./BriefCard.module.css";
import { insertIntoComposer } from "./insertion";

interface Props {
  readonly id: string;
  /** What the log says besides the messages. */
  readonly known: readonly LogEvent[];
  readonly mine: boolean;
  /** The epoch under which the request may still be dismissed: nobody has followed it, and the AI may go on. */
  readonly dismissible?: number | undefined;
}

export const BriefCard = memo(function BriefCard({ id, known, mine, dismissible }: Props) {
  const words = useWords();
  const format = useFormat();
  const brief = useMemo(() => briefOf(known), [known]);
  const [folded, setFolded] = useState<number>();
  if (brief === undefined) return null;
  const isFolded = folded === brief.seq;
  const title =
    brief.kind === "request"
      ? brief.by === "user"
        ? words.brief.byUser
        : words.brief.byAi
      : brief.why === "transferred"
        ? words.brief.transferred(brief.from)
        : words.brief.returned(brief.from);
  return (
    <aside className={cx(css.brief, brief.kind === "note" && css.note)} aria-label={title}>
      <div className={css.top}>
        {brief.kind === "request" ? <Bell size={15} aria-hidden /> : <StickyNote size={15} aria-hidden />}
        <b>{title}</b>
        <time dateTime={brief.at} title={format.exact(brief.at)}>
          {format.time(brief.at)}
        </time>
        {brief.kind === "request" && brief.priority !== undefined && brief.priority !== "normal" && <span className={css.priority}>{words.priority[brief.priority]}</span>}
        <IconButton className={css.fold} label={isFolded ? words.brief.unfold : words.brief.fold} aria-expanded={!isFolded} onClick={() => setFolded(isFolded ? undefined : brief.seq)}>
          {isFolded ? <ChevronDown size={16} aria-hidden /> : <ChevronUp size={16} aria-hidden />}
        </IconButton>
      </div>
      {!isFolded && (
        <div className={css.body}>
          {brief.kind === "note" && (
            <p>
              <Verbatim text={brief.text} />
            </p>
          )}
          {brief.kind === "request" && brief.reason !== "" && <p className={css.reason}>{brief.reason}</p>}
          {brief.kind === "request" && brief.summary !== "" && (
            <p>
              <Verbatim text={brief.summary} />
            </p>
          )}
          {brief.kind === "request" && brief.suggestedReply !== "" && (
            <div className={css.suggested}>
              <p>
                <span>{words.brief.suggested}: </span>
                <Verbatim text={brief.suggestedReply} />
              </p>
              {mine && (
                <Button small onClick={() => insertIntoComposer(id, brief.suggestedReply)}>
                  {words.ghost.insert}
                </Button>
              )}
            </div>
          )}
          {brief.kind === "request" && dismissible !== undefined && <Dismiss id={id} epoch={dismissible} />}
        </div>
      )}
    </aside>
  );
});

function Dismiss({ id, epoch }: { readonly id: string; readonly epoch: number }) {
  const app = useApp();
  const words = useWords();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  async function dismiss(): Promise<void> {
    setBusy(true);
    const ended = await app.acting.dismissRequest(id, epoch);
    setBusy(false);
    setProblem(endingWords(words, ended));
  }

  return (
    <div className={css.dismiss}>
      <Button small kind="quiet" busy={busy} onClick={() => void dismiss()}>
        {busy ? words.desk.request.dismissing : words.desk.request.dismiss}
      </Button>
      <Problem text={problem} />
    </div>
  );
}
