/** What the log says besides messages: the brief on top, the AI's withheld draft, notes, who held it when. */
import type { Brief, Cause, CloseReason, LogEvent, Priority } from "../gateway/contract";

export type BriefCard =
  | {
      readonly kind: "request";
      readonly seq: number;
      readonly at: string;
      readonly by: "ai" | "user";
      readonly reason: string;
      readonly summary: string;
      readonly priority?: Priority | undefined;
      readonly suggestedReply: string;
    }
  | { readonly kind: "note"; readonly seq: number; readonly at: string; readonly from: string; readonly text: string; readonly why: "transferred" | "returned" };

/** The newest request for a human or colleague's parting note that still speaks to whoever holds or takes the conversation. */
export function briefOf(events: readonly LogEvent[]): BriefCard | undefined {
  for (const event of events.toReversed()) {
    const { seq, at } = event;
    switch (event.type) {
      case "handed_back":
      case "closed":
      case "request_withdrawn":
        return undefined;
      case "human_requested": {
        const { by = "ai", reason = "", summary = "", priority, suggested_reply: suggestedReply = "" } = event.body;
        return { kind: "request", seq, at, by, reason, summary, priority, suggestedReply };
      }
      case "transferred":
        if (event.body.note) return { kind: "note", seq, at, from: event.actor.name ?? event.body.from_agent?.display_name ?? "", text: event.body.note, why: "transferred" };
        break;
      case "returned_to_queue": {
        const text = event.body.note ?? event.body.reason;
        if (text) return { kind: "note", seq, at, from: event.body.from_agent?.display_name ?? event.actor.name ?? "", text, why: "returned" };
        break;
      }
      default:
        break;
    }
  }
  return undefined;
}

export interface GhostDraft {
  readonly seq: number;
  readonly text: string;
  /** True when the user has written since: the draft answers an older message. */
  readonly outdated: boolean;
}

/** The AI's withheld drafts of this epoch that nobody has resolved and no human message has overtaken; the newest first. */
export function ghostDrafts(events: readonly LogEvent[]): readonly GhostDraft[] {
  const resolved = new Set<number>();
  const drafts: GhostDraft[] = [];
  let newestUser = 0;
  for (const event of events.toReversed()) {
    if (event.type === "human_message" || event.type === "handed_back" || event.type === "closed" || event.type === "transferred") break;
    if (event.type === "draft_resolved") resolved.add(event.body.draft_seq);
    if (event.type === "user_message") newestUser = Math.max(newestUser, event.seq);
    if (event.type === "ai_draft_withheld" && !resolved.has(event.seq)) drafts.push({ seq: event.seq, text: event.body.text, outdated: newestUser > event.seq || newestUser > (event.body.last_user_seq ?? 0) });
  }
  return drafts;
}

export interface Note {
  readonly seq: number;
  readonly at: string;
  readonly author: string;
  readonly text: string;
}

/** Notes, the newest first. */
export function notesOf(events: readonly LogEvent[]): readonly Note[] {
  return events
    .filter((event) => event.type === "note_added")
    .map((event) => ({ seq: event.seq, at: event.at, author: event.body.agent?.display_name ?? event.actor.name ?? "", text: event.body.text }))
    .reverse();
}

export type ControlEntry = { readonly seq: number; readonly at: string } & (
  | { readonly kind: "started"; readonly name: string }
  | { readonly kind: "requested"; readonly by: "ai" | "user"; readonly reason: string }
  | { readonly kind: "withdrawn" }
  | { readonly kind: "taken"; readonly agentId: string; readonly name: string; readonly from: string; readonly reason: string; readonly cause: Cause | undefined }
  | { readonly kind: "handed_back"; readonly agentId: string; readonly name: string; readonly brief: Brief | undefined }
  | { readonly kind: "transferred"; readonly from: string; readonly toId: string; readonly to: string; readonly note: string }
  | { readonly kind: "returned"; readonly from: string; readonly cause: Cause | undefined; readonly note: string }
  | { readonly kind: "closed"; readonly reason: CloseReason | undefined; readonly by: string }
  | { readonly kind: "reopened" }
);

/** Who held it when, why, and by whom; the newest first. */
export function controlHistory(events: readonly LogEvent[]): readonly ControlEntry[] {
  const entries: ControlEntry[] = [];
  for (const event of events) {
    const entry = controlEntry(event);
    if (entry !== undefined) entries.push(entry);
  }
  return entries.reverse();
}

function controlEntry(event: LogEvent): ControlEntry | undefined {
  const { seq, at } = event;
  switch (event.type) {
    case "conversation_started":
      return { seq, at, kind: "started", name: event.body.ai_agent?.name ?? "" };
    case "human_requested":
      return { seq, at, kind: "requested", by: event.body.by ?? "ai", reason: event.body.reason ?? "" };
    case "request_withdrawn":
      return { seq, at, kind: "withdrawn" };
    case "taken_over": {
      const { agent, from_agent, reason = "", cause } = event.body;
      return { seq, at, kind: "taken", agentId: agent?.id ?? "", name: agent?.display_name ?? "", from: from_agent?.display_name ?? "", reason, cause };
    }
    case "handed_back":
      return { seq, at, kind: "handed_back", agentId: event.body.by?.id ?? "", name: event.body.by?.display_name ?? "", brief: event.body.brief };
    case "transferred":
      return {
        seq,
        at,
        kind: "transferred",
        from: event.body.from_agent?.display_name ?? event.actor.name ?? "",
        toId: event.body.to_agent?.id ?? "",
        to: event.body.to_agent?.display_name ?? "",
        note: event.body.note ?? "",
      };
    case "returned_to_queue":
      return { seq, at, kind: "returned", from: event.body.from_agent?.display_name ?? "", cause: event.body.cause, note: event.body.note ?? "" };
    case "closed":
      return { seq, at, kind: "closed", reason: event.body.reason, by: event.body.by?.display_name ?? "" };
    case "user_message":
      return event.body.reopened ? { seq, at, kind: "reopened" } : undefined;
    default:
      return undefined;
  }
}
