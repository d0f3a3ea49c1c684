/** What the chat panel draws: the log and the messages on their way, as one list of items. */
import type { AgentRef, EventOf, LogEvent, SystemMessage } from "../gateway/contract";
import type { Chat, Pending } from "./chat";

export type Receipt = "sending" | "sent" | "delivered" | "shown" | "failed";

export type Item =
  | { readonly kind: "day"; readonly key: string; readonly at: string }
  | { readonly kind: "unread"; readonly key: string }
  | { readonly kind: "system"; readonly key: string; readonly seq: number; readonly at: string; readonly text: string }
  | {
      readonly kind: "message";
      readonly key: string;
      readonly seq?: number | undefined;
      readonly at: string;
      readonly author: "user" | "ai" | "me" | "colleague";
      readonly name: string;
      readonly text: string;
      /** True when the same author wrote the message before it, shortly before. */
      readonly continued: boolean;
      readonly receipt?: Receipt | undefined;
      readonly pending?: Pending | undefined;
    };

type Message = Extract<Item, { kind: "message" }>;

const TOGETHER_MS = 5 * 60_000;

export function dayOf(at: string): string {
  return new Date(at).toDateString();
}

/** What was drawn before the next item: it says whether a day begins with it, and whether it goes on what its author said. */
export interface Before {
  /** The bounds of the day that is being drawn: dates as words cost too much for thousands of messages. */
  readonly begins: number;
  readonly ends: number;
  readonly lastMs: number;
  readonly last: Item | undefined;
  readonly unreadDrawn: boolean;
}

/** What items are made of besides the events. */
export interface Drawing {
  readonly me: AgentRef;
  readonly readAtOpening: number;
  readonly receipt: (seq: number) => Receipt;
}

export function atBeginning(chat: Chat, showUnread: boolean): Before {
  return { begins: NaN, ends: NaN, lastMs: NaN, last: undefined, unreadDrawn: !showUnread || chat.readAtOpening === 0 };
}

/** The items of some events, and after them of what is on its way, given what was drawn before them. */
export function drawn(events: readonly LogEvent[], pending: readonly Pending[], before: Before, drawing: Drawing): { readonly items: readonly Item[]; readonly after: Before } {
  const items: Item[] = [];
  let after = before;
  const push = (item: Item & { at: string }) => {
    const ms = Date.parse(item.at);
    const isNewDay = !(ms >= after.begins && ms < after.ends);
    if (isNewDay) items.push({ kind: "day", key: `day-${item.key}`, at: item.at });
    const isContinued = !isNewDay && ms - after.lastMs < TOGETHER_MS && item.kind === "message" && after.last?.kind === "message" && isSameAuthor(after.last, item);
    items.push(isContinued ? { ...item, continued: true } : item);
    after = { ...after, ...(isNewDay ? boundsOf(ms) : {}), lastMs: ms, last: item };
  };
  for (const event of events) {
    if (!after.unreadDrawn && event.seq > drawing.readAtOpening && event.type === "user_message") {
      const unread: Item = { kind: "unread", key: "unread" };
      if (after.last !== undefined) items.push(unread);
      after = { ...after, unreadDrawn: true, last: after.last && unread };
    }
    for (const item of itemsOf(event, drawing.me, drawing.receipt)) push(item);
  }
  for (const item of pending) push(ofPending(item, drawing.me));
  return { items, after };
}

const isSameAuthor = (before: Message, item: Message): boolean => before.author === item.author && before.name === item.name;

/** From midnight to midnight, where the page is. */
function boundsOf(ms: number): { begins: number; ends: number } {
  const begins = new Date(ms).setHours(0, 0, 0, 0);
  return { begins, ends: new Date(begins).setDate(new Date(begins).getDate() + 1) };
}

/** How far messages of this conversation have got. */
export interface Reach {
  readonly delivered: number;
  readonly shown: number;
}

export function reachOf(chat: Chat): Reach {
  let [delivered, shown] = [0, 0];
  for (const event of chat.events) {
    delivered = Math.max(delivered, event.delivered_seq ?? 0);
    shown = Math.max(shown, event.shown_seq ?? 0);
  }
  return { delivered, shown };
}

export const receiptOf =
  ({ delivered, shown }: Reach) =>
  (seq: number): Receipt =>
    seq <= shown ? "shown" : seq <= delivered ? "delivered" : "sent";

function ofPending(item: Pending, me: AgentRef): Message {
  const receipt = item.state === "sending" ? "sending" : item.state === "failed" ? "failed" : "sent";
  return { kind: "message", key: item.commandId, at: item.at, author: "me", name: me.display_name, text: item.text, continued: false, receipt, pending: item };
}

function itemsOf(event: LogEvent, me: AgentRef, receipt: (seq: number) => Receipt): readonly (Item & { at: string })[] {
  const human = (agent: AgentRef | undefined, text: string): Message => ({
    kind: "message",
    // The same key as while it was on its way, so that it is not drawn anew.
    key: event.command_id ?? String(event.seq),
    seq: event.seq,
    at: event.at,
    author: agent?.id === me.id ? "me" : "colleague",
    name: agent?.display_name ?? "",
    text,
    continued: false,
    receipt: receipt(event.seq),
  });
  switch (event.type) {
    case "user_message":
      return [...system(event, event.body.system_message), message(event, "user", "", event.body.text)];
    case "ai_message":
      return [message(event, "ai", event.body.ai_agent?.name ?? event.actor.name ?? "", event.body.text)];
    case "human_message":
      return [human(event.body.agent, event.body.text)];
    case "handed_back":
      return [...words(event.body.message, (text) => human(event.body.by, text)), ...system(event, event.body.system_message)];
    case "transferred":
      return [...words(event.body.message, (text) => human(actorAgent(event), text)), ...system(event, event.body.system_message)];
    case "human_requested":
    case "taken_over":
    case "returned_to_queue":
    case "closed":
    case "user_left":
      return system(event, event.body.system_message);
    default:
      return [];
  }
}

const actorAgent = (event: LogEvent): AgentRef | undefined => (event.actor.kind === "agent" ? { id: event.actor.id ?? "", display_name: event.actor.name ?? "" } : undefined);

function words(text: string | undefined, draw: (text: string) => Message): readonly Message[] {
  return text === undefined || text === "" ? [] : [draw(text)];
}

function system(event: LogEvent, message: SystemMessage | undefined): readonly (Item & { at: string })[] {
  return message === undefined || message.text === "" ? [] : [{ kind: "system", key: `system-${event.seq}`, seq: event.seq, at: event.at, text: message.text }];
}

function message(event: EventOf<"user_message"> | EventOf<"ai_message">, author: "user" | "ai", name: string, text: string): Message {
  return { kind: "message", key: String(event.seq), seq: event.seq, at: event.at, author, name, text, continued: false };
}
