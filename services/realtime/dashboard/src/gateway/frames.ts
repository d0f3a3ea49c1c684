/** The frames of the socket, both ways, and the numbered ways it closes. */
import type { Instant, LogEvent, RowPatch } from "./contract";

/** A fleeting thing: dead after six seconds, may be lost. */
export interface Ephemeral {
  readonly conversation_id: string;
  readonly at?: Instant;
  readonly kind: "typing" | "composing" | "viewing";
  readonly active?: boolean;
  /** typing: true for the end user. */
  readonly user?: boolean;
  readonly agent_id?: string;
  readonly agent_name?: string;
  /** composing: the epoch that the AI writes under, and its unfinished text. */
  readonly epoch?: number;
  readonly partial_text?: string;
}

export type ServerFrame =
  | { readonly type: "hello"; readonly heartbeat_seconds?: number; readonly server_time?: Instant; readonly stale?: boolean }
  | { readonly type: "row"; readonly patch: RowPatch }
  | { readonly type: "event"; readonly event: LogEvent }
  | ({ readonly type: "ephemeral" } & Ephemeral)
  | { readonly type: "cursor"; readonly cursor: string }
  | { readonly type: "ping"; readonly cursor?: string }
  | { readonly type: "resync"; readonly scope: "list" | "conversation"; readonly conversation_id?: string; readonly reason?: string }
  /** Ends the replay that answers list.subscribe, conversation.open and resume. */
  | { readonly type: "subscribed"; readonly scope: "list" | "conversation"; readonly conversation_id?: string }
  | { readonly type: "stale"; readonly since?: Instant }
  | { readonly type: "live" }
  /** What this person is set to, here or elsewhere, now or before the page was loaded. */
  | { readonly type: "presence"; readonly presence: "available" | "away" };

export type ClientFrame =
  | { readonly type: "list.subscribe"; readonly projected_at: string }
  | { readonly type: "resume"; readonly cursor: string; readonly list: boolean; readonly conversations: readonly string[] }
  | { readonly type: "list.unsubscribe" }
  | { readonly type: "conversation.open"; readonly conversation_id: string; readonly after_seq: number }
  | { readonly type: "conversation.close"; readonly conversation_id: string }
  | { readonly type: "typing"; readonly conversation_id: string; readonly active: boolean }
  | { readonly type: "presence"; readonly presence: "available" | "away" }
  | { readonly type: "pong" };

/** From here on a close means "stop"; below it, from 4000, "come back and resume". */
const FIRST_STOP_CODE = 4500;

/** True when the server says that coming back with this session is of no use. */
export function meansStop(closeCode: number): boolean {
  return closeCode >= FIRST_STOP_CODE && closeCode < 5000;
}

const TYPES = new Set(["hello", "row", "event", "ephemeral", "cursor", "ping", "resync", "subscribed", "stale", "live", "presence"]);

/** Return the frame, or undefined for a type that this version does not know (a newer server's). */
export function parseFrame(text: string): ServerFrame | undefined {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || !("type" in value)) return undefined;
  return typeof value.type === "string" && TYPES.has(value.type) ? (value as ServerFrame) : undefined;
}
