/** The right side while no conversation is chosen. */
import { MessagesSquare } from "lucide-react";
import { useWords } from "../context";
import { Empty } from "../parts/Empty";
import css from "./ChatPanel.module.css";

export function NoChat() {
  const words = useWords();
  return (
    <section className={css.none} aria-label={words.chat.none}>
      <Empty icon={MessagesSquare} title={words.chat.none} text={words.chat.noneText} />
    </section>
  );
}
