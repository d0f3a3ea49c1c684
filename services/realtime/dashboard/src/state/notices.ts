/** What the page points out: a new conversation, one that needs a human, one that was given to me or taken from me, an outcome worth a line. */
import type { Row, RowPatch } from "../gateway/contract";

export type Notice = { readonly id: string; /** Milliseconds since the epoch; absent: until dismissed or settled. */ readonly until?: number | undefined } & (
  | { readonly kind: "new"; readonly conversationIds: readonly string[] }
  | { readonly kind: "needs_human"; readonly conversationId: string; readonly name: string }
  | { readonly kind: "given_to_me"; readonly conversationId: string; readonly name: string; readonly from: string }
  | { readonly kind: "control_lost"; readonly conversationId: string; readonly name: string; readonly to: string }
  | { readonly kind: "problem"; readonly reason: string; readonly who?: string | undefined }
  | { readonly kind: "transferred"; readonly conversationId: string; readonly to: string }
);

const QUIET_MS = 6000;
const LOUD_MS = 20_000;
/** An event older than this came by catching up: it is no news. */
const NEWS_MS = 60_000;
const MOST = 4;

export function nameOf(row: Pick<Row, "user" | "conversation_id">): string {
  const user = row.user;
  return [user?.name, user?.email, user?.id].find((text) => text !== undefined && text !== "") ?? row.conversation_id;
}

/** Notices after one patch, given the row before and after it. */
export function noticed(notices: readonly Notice[], before: Row | undefined, after: Row, patch: RowPatch, meId: string, now: number): readonly Notice[] {
  let next = settledBy(notices, after);
  if (patch.at === undefined || now - Date.parse(patch.at) > NEWS_MS) return next;
  const id = after.conversation_id;
  if (before === undefined && patch.started_at !== undefined) next = withNew(next, id, now);
  const [was, is] = [before?.control, after.control];
  if (is.holder === "queue" && was?.holder !== "queue") next = added(next, { id: `needs-${id}`, kind: "needs_human", conversationId: id, name: nameOf(after), until: now + LOUD_MS });
  const mine = is.holder === "human" && is.agent?.id === meId;
  const wasMine = was?.holder === "human" && was.agent?.id === meId;
  if (mine && !wasMine && is.cause === "transferred") next = added(next, { id: `given-${id}`, kind: "given_to_me", conversationId: id, name: nameOf(after), from: was?.agent?.display_name ?? "" });
  if (wasMine && is.holder === "human" && !mine && is.cause !== "transferred") {
    next = added(next, { id: `lost-${id}`, kind: "control_lost", conversationId: id, name: nameOf(after), to: is.agent?.display_name ?? "" });
  }
  return next;
}

/** A call for a human is withdrawn everywhere once somebody has it. */
function settledBy(notices: readonly Notice[], row: Row): readonly Notice[] {
  if (row.control.holder === "queue") return notices;
  const stays = (notice: Notice) => !(notice.kind === "needs_human" && notice.conversationId === row.conversation_id);
  return notices.every(stays) ? notices : notices.filter(stays);
}

function withNew(notices: readonly Notice[], conversationId: string, now: number): readonly Notice[] {
  const before = notices.find((notice) => notice.kind === "new");
  const conversationIds = [...(before?.kind === "new" ? before.conversationIds : []), conversationId];
  return added(notices, { id: "new", kind: "new", conversationIds, until: now + QUIET_MS });
}

export function added(notices: readonly Notice[], notice: Notice): readonly Notice[] {
  return [...notices.filter((other) => other.id !== notice.id), notice].slice(-MOST);
}

export function withoutNotice(notices: readonly Notice[], id: string): readonly Notice[] {
  return notices.filter((notice) => notice.id !== id);
}

export function unexpired(notices: readonly Notice[], now: number): readonly Notice[] {
  const alive = (notice: Notice) => notice.until === undefined || notice.until > now;
  return notices.every(alive) ? notices : notices.filter(alive);
}
