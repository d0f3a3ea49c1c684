/** A stretch of the history: drawn, or an empty place of its height. */
import { memo } from "react";
import type { Chunk } from "../../state/chunks";
import { HistoryItem } from "./HistoryItem";
import css from "./History.module.css";

interface Props {
  readonly chunk: Chunk;
  /** Undefined: drawn. */
  readonly height: number | undefined;
  readonly watch: (element: HTMLElement | null) => (() => void) | undefined;
  readonly chatId: string;
  readonly userName: string;
}

export const HistoryChunk = memo(function HistoryChunk({ chunk, height, watch, chatId, userName }: Props) {
  return (
    <div ref={watch} className={css.chunk} data-chunk={chunk.key} style={height === undefined ? undefined : { height }}>
      {height === undefined && chunk.items.map((item) => <HistoryItem key={item.key} item={item} chatId={chatId} userName={userName} />)}
    </div>
  );
});
