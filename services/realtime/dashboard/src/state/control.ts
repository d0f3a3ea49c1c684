/** The words and the rights of control: who handles a conversation as one agent sees it, and what that agent may do. */
import type { Account, AttentionClass, Control, Instant, Row } from "../gateway/contract";

/** The status badge, from the point of view of one agent. */
export type Status = "ai" | "needs_human" | "mine" | "others" | "closed";

export function statusOf(control: Control, meId: string): Status {
  switch (control.holder) {
    case "ai":
      return "ai";
    case "queue":
      return "needs_human";
    case "human":
      return control.agent?.id === meId ? "mine" : "others";
    case "closed":
      return "closed";
  }
}

/** The indicator beside the badge: what is going on, and since when. */
export type Indicator =
  | { readonly kind: "waiting"; readonly since: Instant }
  | { readonly kind: "queued"; readonly since: Instant }
  | { readonly kind: "ai_handling" }
  | { readonly kind: "human_handling" }
  | { readonly kind: "ended" };

export function indicatorOf(row: Pick<Row, "control" | "oldest_unanswered_at">): Indicator {
  const { holder, since } = row.control;
  if (holder === "closed") return { kind: "ended" };
  if (row.oldest_unanswered_at !== undefined) return { kind: "waiting", since: row.oldest_unanswered_at };
  if (holder === "queue") return { kind: "queued", since };
  return { kind: holder === "ai" ? "ai_handling" : "human_handling" };
}

export interface Attention {
  readonly class: AttentionClass;
  readonly since: Instant;
}

/** Who needs a human most: as the server says it, else from what every row carries. */
export function attentionOf(row: Row): Attention {
  if (row.attention?.since !== undefined) return { class: row.attention.class, since: row.attention.since };
  const { holder, since } = row.control;
  const unanswered = row.oldest_unanswered_at;
  if (holder === "closed") return { class: "closed", since };
  if (holder === "queue") return { class: "needs_human", since };
  if (unanswered !== undefined) return { class: holder === "human" ? "unanswered_by_human" : "unanswered_by_ai", since: unanswered };
  return { class: "calm", since: row.last_message?.at ?? row.started_at ?? since };
}

type Me = Pick<Account, "id" | "role">;

export interface Rights {
  /** "reason" means: from another human, with a reason. */
  readonly takeOver: "yes" | "reason" | "no";
  readonly write: boolean;
  readonly handBack: boolean;
  readonly transfer: boolean;
  readonly release: boolean;
  readonly close: boolean;
}

/** What `me` may do now. The server decides; this only spares people buttons that would be refused. */
export function rightsOf(control: Control, me: Me, transferredFromId?: string): Rights {
  const { holder } = control;
  const supervises = me.role !== "agent";
  const mine = holder === "human" && control.agent?.id === me.id;
  const ofOther = holder === "human" && !mine;
  const free = holder === "ai" || holder === "queue";
  const mayTakeBack = ofOther && transferredFromId === me.id;
  return {
    takeOver: free || mayTakeBack ? "yes" : ofOther && supervises ? "reason" : "no",
    write: mine,
    handBack: mine || (supervises && (ofOther || holder === "queue")),
    transfer: mine || free || (supervises && ofOther),
    release: mine || (supervises && ofOther),
    close: mine || (supervises && holder !== "closed"),
  };
}
