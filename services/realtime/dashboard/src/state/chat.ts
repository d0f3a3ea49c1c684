/** One opened conversation: a piece of its log without holes, and what this agent has sent that is not in it yet. */
import type { Control, LogEvent } from "../gateway/contract";

export interface Pending {
  readonly commandId: string;
  readonly text: string;
  readonly at: string;
  readonly state: "sending" | "accepted" | "failed";
  /** Set once accepted. */
  readonly seq?: number;
  readonly reason?: string;
  /** From before the page was loaded: whether it was written is not known. */
  readonly kept?: true;
}

export interface Chat {
  readonly id: string;
  /** Ascending seq without a hole. */
  readonly events: readonly LogEvent[];
  /** Those of them that say something besides what was said: of thousands of messages a few. The same object until one comes. */
  readonly telling: readonly LogEvent[];
  /** Came out of turn: beyond a hole that is being fetched. */
  readonly ahead: readonly LogEvent[];
  /** Who held it when and the notes, of the whole conversation: asked for where the log goes on before events[0]. */
  readonly landmarks: readonly LogEvent[];
  /** True when the log goes on before events[0]. */
  readonly more: boolean;
  readonly loading: "first" | "older" | "no";
  readonly failed?: string | undefined;
  readonly pending: readonly Pending[];
  /** The newest seq that this agent had read when the conversation was opened: the unread line is drawn after it. */
  readonly readAtOpening: number;
  /** The newest seq that was drawn on the screen. */
  readonly seenSeq: number;
  /** A reply was stopped by messages after this seq, which are shown above the kept text. */
  readonly unseenAfter?: number | undefined;
}

export function emptyChat(id: string, readAtOpening: number): Chat {
  return { id, events: [], telling: [], ahead: [], landmarks: [], more: true, loading: "first", pending: [], readAtOpening, seenSeq: 0 };
}

export const firstSeq = (chat: Chat): number => chat.events[0]?.seq ?? 0;
export const lastSeq = (chat: Chat): number => chat.events.at(-1)?.seq ?? 0;

/** What is known of the log beyond the messages: landmarks from before the first event, and what tells something from there on. */
export function knownEvents(chat: Pick<Chat, "events" | "telling" | "landmarks">): readonly LogEvent[] {
  const first = chat.events[0]?.seq ?? 0;
  const before = chat.landmarks.filter((event) => event.seq < first);
  return before.length === 0 ? chat.telling : [...before, ...chat.telling];
}

function isTelling(event: LogEvent): boolean {
  switch (event.type) {
    case "user_message":
      return event.body.reopened === true;
    case "ai_message":
    case "human_message":
    case "delivered":
      return false;
    default:
      return true;
  }
}

/** The seq after which events are missing, or undefined. */
export function holeAfter(chat: Chat): number | undefined {
  return chat.ahead.length > 0 ? lastSeq(chat) : undefined;
}

/** Add events wherever they belong: before, after, beyond a hole; ones that are there already change nothing. */
export function withEvents(chat: Chat, incoming: readonly LogEvent[]): Chat {
  const before: LogEvent[] = [];
  const after = new Map(chat.ahead.map((event) => [event.seq, event]));
  const [first, last] = [firstSeq(chat), lastSeq(chat)];
  for (const event of incoming) {
    if (event.conversation_id !== chat.id) continue;
    if (last === 0 || event.seq > last) after.set(event.seq, event);
    else if (event.seq < first) before.push(event);
  }
  const older = joinedBefore(before, chat.events);
  const events = [...older, ...chat.events];
  const waiting = [...after.values()].sort((a, b) => a.seq - b.seq);
  while (waiting[0] !== undefined && (events.length === 0 || waiting[0].seq === (events.at(-1)?.seq ?? 0) + 1)) {
    events.push(waiting[0]);
    waiting.shift();
  }
  const telling = [older, events.slice(older.length + chat.events.length)].map((fresh) => fresh.filter(isTelling));
  return settled({ ...chat, events, telling: joined(telling[0], chat.telling, telling[1]), ahead: waiting, more: (events[0]?.seq ?? 2) > 1 });
}

function joined(before: readonly LogEvent[] = [], known: readonly LogEvent[], after: readonly LogEvent[] = []): readonly LogEvent[] {
  return before.length + after.length === 0 ? known : [...before, ...known, ...after];
}

/** Older events, only as far as they reach the known ones without a hole. */
function joinedBefore(older: readonly LogEvent[], known: readonly LogEvent[]): LogEvent[] {
  const joined: LogEvent[] = [];
  let wanted = (known[0]?.seq ?? 0) - 1;
  for (const event of [...older].sort((a, b) => b.seq - a.seq)) {
    if (event.seq !== wanted) continue;
    joined.unshift(event);
    wanted -= 1;
  }
  return joined;
}

/** Pending messages leave when their event is in the log. */
function settled(chat: Chat): Chat {
  if (chat.pending.length === 0) return chat;
  const written = new Set(chat.events.map((event) => event.command_id));
  const last = lastSeq(chat);
  return { ...chat, pending: chat.pending.filter((item) => !written.has(item.commandId) && !(item.seq !== undefined && item.seq <= last)) };
}

/** What was kept of an earlier page, as far as it is neither here nor written. */
export function withKept(chat: Chat, kept: readonly Pending[]): Chat {
  const fresh = kept.filter((item) => chat.pending.every(({ commandId }) => commandId !== item.commandId));
  return fresh.length === 0 ? chat : settled({ ...chat, pending: [...fresh, ...chat.pending] });
}

export function withSending(chat: Chat, item: Pending): Chat {
  return settled({ ...chat, pending: [...chat.pending.filter((other) => other.commandId !== item.commandId), item], unseenAfter: undefined });
}

export function withAccepted(chat: Chat, commandId: string, seq: number): Chat {
  return settled({ ...chat, pending: chat.pending.map((item) => (item.commandId === commandId ? { ...item, state: "accepted", seq } : item)) });
}

export function withFailed(chat: Chat, commandId: string, reason: string): Chat {
  return { ...chat, pending: chat.pending.map((item) => (item.commandId === commandId ? { ...item, state: "failed", reason } : item)) };
}

export function withoutPending(chat: Chat, commandId: string): Chat {
  return { ...chat, pending: chat.pending.filter((item) => item.commandId !== commandId) };
}

/** The reply was refused because of messages that had not been on the screen: they are shown now, so the next press counts them as seen. */
export function withUnseen(chat: Chat, commandId: string, firstUnseen: number): Chat {
  return { ...withoutPending(chat, commandId), unseenAfter: firstUnseen - 1 };
}

export function withSeen(chat: Chat, seq: number): Chat {
  return seq > chat.seenSeq ? { ...chat, seenSeq: Math.min(seq, lastSeq(chat)) } : chat;
}

/** Control as of the newest event that is known of this log. */
export function controlOf(chat: Chat): { seq: number; control: Control } | undefined {
  const newest = chat.ahead.at(-1) ?? chat.events.at(-1);
  return newest && { seq: newest.seq, control: newest.control };
}
