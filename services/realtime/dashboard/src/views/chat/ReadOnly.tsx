/** Why there is no message box. */
import { Lock } from "lucide-react";
import type { Row } from "../../gateway/contract";
import { useWords } from "../context";
import { cx } from "../cx";
import css from "./ReadOnly.module.css";

export function ReadOnly({ row, lost }: { readonly row: Row; readonly lost: boolean }) {
  const words = useWords().readOnly;
  const { holder, agent, ai_may_speak } = row.control;
  const name = agent?.display_name ?? "";
  const text = {
    ai: () => words.ai,
    queue: () => (ai_may_speak ? words.queueAi : words.queue),
    human: () => (lost ? words.lost(name) : words.other(name)),
    closed: () => words.closed,
  }[holder]();
  return (
    <p className={cx(css.line, lost && holder === "human" && css.lost)} role={lost && holder === "human" ? "alert" : undefined}>
      <Lock size={16} aria-hidden />
      {text}
    </p>
  );
}
