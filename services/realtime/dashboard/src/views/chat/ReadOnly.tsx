/** Why there is no message box. */
import { Lock } from "lucide-react";
import type { Row } from "../../gateway/contract";
import { useWords } from "../context";
import { cx } from "../cx";
import css from "./ReadOnly.module.css";

interface Props {
  readonly row: Row;
  /** True when one held it a moment ago and has words in the box that were not sent. */
  readonly wordsLeft: boolean;
}

export function ReadOnly({ row, wordsLeft }: Props) {
  const words = useWords().readOnly;
  const { holder, agent, ai_may_speak } = row.control;
  const name = agent?.display_name ?? "";
  const text = {
    ai: () => (wordsLeft ? words.lostToNobody : words.ai),
    queue: () => (wordsLeft ? words.lostToNobody : ai_may_speak ? words.queueAi : words.queue),
    human: () => (wordsLeft ? words.lost(name) : words.other(name)),
    closed: () => words.closed,
  }[holder]();
  return (
    <p className={cx(css.line, wordsLeft && css.lost)} role={wordsLeft ? "alert" : undefined}>
      <Lock size={16} aria-hidden />
      {text}
    </p>
  );
}
