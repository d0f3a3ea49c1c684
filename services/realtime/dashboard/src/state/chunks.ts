/** The timeline in stretches, so that of a long history what has not changed is neither made nor drawn again. */
import type { AgentRef, LogEvent } from "../gateway/contract";
import { type Chat, firstSeq } from "./chat";
import { atBeginning, type Before, drawn, type Item, type Reach, reachOf, receiptOf } from "./timeline";

export interface Chunk {
  readonly key: string;
  readonly items: readonly Item[];
}

/** So many events of the log are a stretch. Its bounds hang on seq alone: they stay when older pages or newer messages come. */
const SPAN = 40;

/** A stretch with all that it was made of. */
interface Piece {
  readonly chunk: Chunk;
  readonly first: LogEvent;
  readonly last: LogEvent;
  readonly me: AgentRef;
  readonly readAtOpening: number;
  readonly reach: Reach;
  readonly before: Before;
  readonly after: Before;
}

/** Returns what makes the stretches of a chat; those, and items of changed ones, that are as they were the last time are the same objects. */
export function createChunks(): (chat: Chat, me: AgentRef, showUnread: boolean) => readonly Chunk[] {
  let former = new Map<string, Piece>();
  let formerChunks = new Map<string, Chunk>();
  return (chat, me, showUnread) => {
    const reach = reachOf(chat);
    const pieces: Piece[] = [];
    let before = atBeginning(chat, showUnread);
    for (let at = 0; at < chat.events.length; ) {
      const events = stretchAt(chat, at);
      const piece = pieceOf(former, events, chat.readAtOpening, me, reach, before);
      if (piece !== undefined) pieces.push(piece);
      before = piece?.after ?? before;
      at += events.length;
    }
    former = new Map(pieces.map((piece) => [piece.chunk.key, piece]));
    const chunks = pieces.map(({ chunk }) => chunk).filter(({ items }) => items.length > 0);
    const { items } = drawn([], chat.pending, before, { me, readAtOpening: chat.readAtOpening, receipt: receiptOf(reach) });
    if (items.length > 0) {
      // What is on its way stands below the last event.
      const end = chunks.pop() ?? { key: chunkKey(0), items: [] };
      chunks.push(kept(formerChunks.get(end.key), { key: end.key, items: [...end.items, ...items] }));
    }
    formerChunks = new Map(chunks.map((chunk) => [chunk.key, chunk]));
    return chunks;
  };
}

/** The stretch that the event of this seq is in. */
const chunkKey = (seq: number): string => `c${Math.floor(seq / SPAN)}`;

/** The events from this index to the end of their stretch: the log has no hole, so the index follows from the seq. */
function stretchAt(chat: Chat, at: number): readonly LogEvent[] {
  const seq = firstSeq(chat) + at;
  return chat.events.slice(at, at + SPAN - (seq % SPAN));
}

function pieceOf(former: ReadonlyMap<string, Piece>, events: readonly LogEvent[], readAtOpening: number, me: AgentRef, whole: Reach, before: Before): Piece | undefined {
  const [first, last] = [events[0], events.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const key = chunkKey(first.seq);
  const was = former.get(key);
  const reach = within(whole, first.seq, last.seq);
  // A log without a hole that begins and ends with the same events is the same.
  const isSame = was?.first === first && was.last === last && was.me === me && was.readAtOpening === readAtOpening && isShallowSame(was.reach, reach) && isSameBefore(was.before, before);
  if (isSame) return was;
  const { items, after } = drawn(events, [], before, { me, readAtOpening, receipt: receiptOf(reach) });
  return { chunk: kept(was?.chunk, { key, items }), first, last, me, readAtOpening, reach, before, after };
}

/** As far as it says something about a stretch. */
function within({ delivered, shown }: Reach, first: number, last: number): Reach {
  const cut = (seq: number) => Math.min(Math.max(seq, first - 1), last);
  return { delivered: cut(delivered), shown: cut(shown) };
}

function isSameBefore({ last: one, ...before }: Before, { last: other, ...now }: Before): boolean {
  const isSameLast = one?.kind === "message" && other?.kind === "message" ? one.author === other.author && one.name === other.name : one?.kind === other?.kind;
  return isSameLast && isShallowSame(before, now);
}

function kept(before: Chunk | undefined, now: Chunk): Chunk {
  if (before === undefined) return now;
  const known = new Map(before.items.map((item) => [item.key, item]));
  const items = now.items.map((item) => {
    const was = known.get(item.key);
    return was !== undefined && isShallowSame(was, item) ? was : item;
  });
  return items.length === before.items.length && items.every((item, index) => item === before.items[index]) ? before : { key: now.key, items };
}

function isShallowSame(one: object, other: object): boolean {
  const [a, b]: Readonly<Record<string, unknown>>[] = [{ ...one }, { ...other }];
  if (a === undefined || b === undefined) return false;
  const names = Object.keys(b);
  return names.length === Object.keys(a).length && names.every((name) => Object.is(a[name], b[name]));
}
