/** Why there is no message box. */
import { ArrowRightLeft, Lock } from "lucide-react";
import type { Row } from "../../gateway/contract";
import { useApp, useMe, useWords } from "../context";
import { cx } from "../cx";
import { Button } from "../parts/Button";
import css from "./ReadOnly.module.css";

interface Props {
  readonly row: Row;
  /** True when one held it a moment ago and has words in the box that were not sent. */
  readonly wordsLeft: boolean;
}

export function ReadOnly({ row, wordsLeft }: Props) {
  const app = useApp();
  const { readOnly: words, desk, handover } = useWords();
  const meId = useMe().account.id;
  const { holder, agent, ai_may_speak } = row.control;
  const name = agent?.display_name ?? "";
  const text = {
    ai: () => (wordsLeft ? words.lostToNobody : words.ai),
    queue: () => (wordsLeft ? words.lostToNobody : ai_may_speak ? words.queueAi : words.queue),
    human: () => (wordsLeft ? words.lost(name) : words.other(name)),
    closed: () => words.closed,
  }[holder]();
  if (holder === "human" && row.transferred_from_id === meId && agent?.id !== meId && !wordsLeft) {
    return (
      <p className={css.line}>
        <ArrowRightLeft size={16} aria-hidden />
        {desk.undo.line(name)}
        <Button small onClick={() => void app.acting.takeOver(row.conversation_id)}>
          {handover.undo}
        </Button>
      </p>
    );
  }
  return (
    <p className={cx(css.line, wordsLeft && css.lost)} role={wordsLeft ? "alert" : undefined}>
      <Lock size={16} aria-hidden />
      {text}
    </p>
  );
}
