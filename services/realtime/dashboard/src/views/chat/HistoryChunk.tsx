/** A stretch of the history: drawn, and laid out by the browser, again only when something in it has changed. */
import { memo } from "react";
import type { Chunk } from "../../state/chunks";
import { HistoryItem } from "./HistoryItem";
import css from "./History.module.css";

interface Props {
  readonly chunk: Chunk;
  readonly chatId: string;
  readonly userName: string;
}

export const HistoryChunk = memo(function HistoryChunk({ chunk, chatId, userName }: Props) {
  return (
    <div className={css.chunk} data-chunk={chunk.key}>
      {chunk.items.map((item) => (
        <HistoryItem key={item.key} item={item} chatId={chatId} userName={userName} />
      ))}
    </div>
  );
});
