/** What is in hand, row by row, with what becomes of each. */
import { Check, CircleAlert, LoaderCircle, Minus } from "lucide-react";
import type { Row } from "../../gateway/contract";
import type { Letting, Progress } from "../../state/letting";
import { nameOf } from "../../state/notices";
import { useWords } from "../context";
import { cx } from "../cx";
import { WaitingBadge } from "../parts/Badge";
import { problemWords } from "../problem";
import css from "./LettingGo.module.css";

interface Props {
  readonly letting: Letting;
  readonly busy: boolean;
  readonly showHolder: boolean;
  readonly onChoose: (id: string, chosen: boolean) => void;
}

export function InHand({ letting, busy, showHolder, onChoose }: Props) {
  return (
    <ul className={css.rows}>
      {letting.rows.map((row) => (
        <Line key={row.conversation_id} row={row} progress={letting.progress[row.conversation_id]} chosen={letting.chosen.has(row.conversation_id)} busy={busy} showHolder={showHolder} onChoose={onChoose} />
      ))}
    </ul>
  );
}

interface LineProps extends Pick<Props, "busy" | "showHolder" | "onChoose"> {
  readonly row: Row;
  readonly progress: Progress | undefined;
  readonly chosen: boolean;
}

function Line({ row, progress, chosen, busy, showHolder, onChoose }: LineProps) {
  const words = useWords();
  const name = nameOf(row);
  const isOver = progress?.phase === "done" || progress?.phase === "gone";
  return (
    <li>
      <label className={cx(css.row, isOver && css.over)}>
        <input type="checkbox" checked={chosen} disabled={busy || isOver} aria-label={words.letting.select(name)} onChange={(event) => onChoose(row.conversation_id, event.target.checked)} />
        <span className={css.who}>
          <b>{name}</b>
          <small>
            {showHolder && row.control.agent !== undefined && `${row.control.agent.display_name} · `}
            {row.last_message?.preview ?? words.list.noMessage}
          </small>
        </span>
        {progress === undefined ? row.oldest_unanswered_at !== undefined && <WaitingBadge since={row.oldest_unanswered_at} /> : <Outcome progress={progress} />}
      </label>
    </li>
  );
}

function Outcome({ progress }: { readonly progress: Progress }) {
  const words = useWords();
  switch (progress.phase) {
    case "failed":
      return (
        <span className={cx(css.outcome, css.bad)}>
          <CircleAlert size={14} aria-hidden /> {words.letting.failedRow}: {problemWords(words, progress.reason)}
        </span>
      );
    case "done":
      return (
        <span className={cx(css.outcome, css.good)}>
          <Check size={14} aria-hidden /> {words.letting.done}
        </span>
      );
    case "gone":
      return (
        <span className={css.outcome}>
          <Minus size={14} aria-hidden /> {words.letting.gone}
        </span>
      );
    default:
      return (
        <span className={css.outcome}>
          <LoaderCircle size={14} aria-hidden className={css.spin} /> {words.letting[progress.phase]}
        </span>
      );
  }
}
