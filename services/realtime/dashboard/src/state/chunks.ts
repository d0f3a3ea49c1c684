/** The timeline in stretches, so that of a long history what has not changed is not drawn again. */
import type { Item } from "./timeline";

export interface Chunk {
  readonly key: string;
  readonly items: readonly Item[];
}

/** So many events of the log are a stretch. Its bounds hang on seq alone: they stay when older pages or newer messages come. */
const SPAN = 40;

/** Returns what cuts a timeline; stretches and items that are as they were the last time are the same objects. */
export function createChunks(): (items: readonly Item[]) => readonly Chunk[] {
  let former = new Map<string, Chunk>();
  return (items) => {
    const chunks = cut(items).map((chunk) => kept(former.get(chunk.key), chunk));
    former = new Map(chunks.map((chunk) => [chunk.key, chunk]));
    return chunks;
  };
}

/** The stretch that the event of this seq is in. */
const chunkKey = (seq: number): string => `c${Math.floor(seq / SPAN)}`;

function cut(items: readonly Item[]): readonly Chunk[] {
  const chunks: { key: string; items: Item[] }[] = [];
  let waiting: Item[] = [];
  const put = (key: string, some: readonly Item[]) => {
    const last = chunks.at(-1);
    if (last?.key === key) last.items.push(...some);
    else chunks.push({ key, items: [...some] });
  };
  for (const item of items) {
    waiting.push(item);
    // A day or the unread line goes with what follows it.
    if (!("seq" in item) || item.seq === undefined) continue;
    put(chunkKey(item.seq), waiting);
    waiting = [];
  }
  // What is on its way stands below the last event.
  if (waiting.length > 0) put(chunks.at(-1)?.key ?? chunkKey(0), waiting);
  return chunks;
}

function kept(before: Chunk | undefined, now: Chunk): Chunk {
  if (before === undefined) return now;
  const known = new Map(before.items.map((item) => [item.key, item]));
  const items = now.items.map((item) => {
    const was = known.get(item.key);
    return was !== undefined && isSame(was, item) ? was : item;
  });
  return items.length === before.items.length && items.every((item, index) => item === before.items[index]) ? before : { key: now.key, items };
}

function isSame(one: Item, other: Item): boolean {
  const [a, b]: Readonly<Record<string, unknown>>[] = [{ ...one }, { ...other }];
  if (a === undefined || b === undefined) return false;
  const names = Object.keys(b);
  return names.length === Object.keys(a).length && names.every((name) => Object.is(a[name], b[name]));
}
