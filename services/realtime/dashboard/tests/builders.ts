/** Small conversations made by hand. */
import type { Account, Control, EventOf, EventType, LogEvent, Row } from "../src/gateway/contract";

export const ME: Account = { id: "me", email: "budi@example.com", name: "Budi Santoso", display_name: "Budi", role: "agent" };
export const START = "2026-11-22T09:00:00.000Z";

export const at = (second: number): string => new Date(Date.parse(START) + second * 1000).toISOString();

export const AI: Control = { holder: "ai", since: START, cause: "started", ai_may_speak: true, epoch: 1 };
export const MINE: Control = { holder: "human", agent: { id: "me", display_name: "Budi" }, since: START, cause: "agent", ai_may_speak: false, epoch: 2 };
export const SITIS: Control = { ...MINE, agent: { id: "siti", display_name: "Siti" }, epoch: 3 };
export const QUEUE: Control = { holder: "queue", since: at(5), cause: "user_request", ai_may_speak: true, epoch: 1 };

export function event<T extends EventType>(seq: number, type: T, body: EventOf<T>["body"], more: Partial<LogEvent> = {}): LogEvent {
  return { conversation_id: "c1", seq, at: at(seq), type, actor: { kind: "platform" }, control: AI, command_id: `cmd-${seq}`, body, ...more } as unknown as LogEvent;
}

export const said = (seq: number, text = `m${seq}`): LogEvent => event(seq, "user_message", { text });

export function row(id: string, more: Partial<Row> = {}): Row {
  return { conversation_id: id, seq: 1, user: { id: `user-${id}`, name: `User ${id}` }, ai_agent: { id: "nova", name: "Nova" }, started_at: START, control: AI, user_message_count: 0, unread: 0, ...more };
}
