/** What the page points out: words to me, a conversation given to me or taken from me, one that needs a human, a new one, an outcome worth a line. */
import type { Row, RowPatch } from "../gateway/contract";
import type { AlertKind } from "./alerts";

export type Notice = {
  /** The same happening has the same id in every tab. */
  readonly id: string;
  /** Milliseconds since the epoch; absent: until dismissed or settled. */
  readonly until?: number | undefined;
  /** Not shown before; milliseconds since the epoch. */
  readonly due?: number | undefined;
} & (
  | { readonly kind: "new"; readonly conversationIds: readonly string[] }
  | { readonly kind: "message"; readonly conversationId: string; readonly name: string; readonly count: number; readonly preview: string }
  | { readonly kind: "needs_human"; readonly conversationId: string; readonly name: string }
  | { readonly kind: "given_to_me"; readonly conversationId: string; readonly name: string; readonly from: string }
  | { readonly kind: "control_lost"; readonly conversationId: string; readonly name: string; readonly to: string; readonly went: "human" | "ai" | "queue" | "closed" }
  | { readonly kind: "problem"; readonly reason: string; readonly who?: string | undefined }
  | { readonly kind: "transferred"; readonly conversationId: string; readonly to: string; /** The control that it brought about. */ readonly epoch: number }
);

/** Who is told. */
export interface Watcher {
  readonly meId: string;
  /** Who is away is told only what is addressed to them. */
  readonly available: boolean;
  /** The conversation that is before their eyes. */
  readonly looking?: string | undefined;
  /** The control that this page's own command brought about, if the newest is its. */
  readonly ownEpoch?: number | undefined;
}

const QUIET_MS = 6000;
const LOUD_MS = 20_000;
/** A call for a human that is answered at once bothers nobody. */
const NEEDS_AFTER_MS = 2000;
/** What was not addressed to me and is older came by catching up: it is no news. */
const NEWS_MS = 60_000;
const MOST = 4;

const ALERT: Readonly<Record<Notice["kind"], AlertKind | undefined>> = {
  message: "message",
  given_to_me: "transfer",
  control_lost: "control_lost",
  needs_human: "needs_human",
  new: "new",
  problem: undefined,
  transferred: undefined,
};

/** The kind whose channels are chosen in the settings; undefined for answers to what this agent has just done. */
export const alertKindOf = (notice: Notice): AlertKind | undefined => ALERT[notice.kind];

/** The conversation that a notice leads to. */
export function targetOf(notice: Notice): string | undefined {
  if (notice.kind === "new") return notice.conversationIds.at(-1);
  return notice.kind === "problem" || notice.kind === "transferred" ? undefined : notice.conversationId;
}

/** True when a notice says more than it did before: it is new, its time has come, or there is more of it. */
export function isMore(before: Notice | undefined, now: Notice): boolean {
  if (before === undefined || before.due !== now.due) return true;
  if (now.kind === "message") return before.kind === "message" && now.count > before.count;
  return now.kind === "new" && before.kind === "new" && now.conversationIds.length > before.conversationIds.length;
}

export function nameOf(row: Pick<Row, "user" | "conversation_id">): string {
  const user = row.user;
  return [user?.name, user?.email, user?.id].find((text) => text !== undefined && text !== "") ?? row.conversation_id;
}

type News = Pick<RowPatch, "at" | "by" | "started_at" | "last_message">;

/** Notices after one patch, given the row before (undefined: it was not known) and after it. */
export function noticed(notices: readonly Notice[], before: Row | undefined, after: Row, patch: News, watcher: Watcher, now: number): readonly Notice[] {
  const settled = settledBy(notices, after, watcher.meId);
  if (patch.at === undefined) return settled;
  const told = toMe(settled, before, after, patch, watcher, now);
  return watcher.available && now - Date.parse(patch.at) <= NEWS_MS ? toAll(told, before, after, patch, watcher, now) : told;
}

function toMe(notices: readonly Notice[], before: Row | undefined, after: Row, patch: News, watcher: Watcher, now: number): readonly Notice[] {
  const { meId } = watcher;
  const conversationId = after.conversation_id;
  const [mine, wasMine] = [isMine(after, meId), before !== undefined && isMine(before, meId)];
  const own = patch.by?.id === meId || watcher.ownEpoch === after.control.epoch;
  const name = nameOf(after);
  if (mine && !wasMine && !own && turned(before, after, patch) && after.control.cause === "transferred") {
    return added(notices, { id: `given-${conversationId}`, kind: "given_to_me", conversationId, name, from: patch.by?.display_name ?? before?.control.agent?.display_name ?? "" });
  }
  if (wasMine && !mine && !own) {
    const to = after.control.agent?.display_name ?? patch.by?.display_name ?? "";
    return added(notices, { id: `lost-${conversationId}`, kind: "control_lost", conversationId, name, to, went: after.control.holder });
  }
  const count = newWords(before, after, patch);
  if (!mine || count === 0 || watcher.looking === conversationId) return notices;
  const id = `message-${conversationId}`;
  const sofar = notices.find((notice) => notice.id === id);
  const preview = after.last_message?.author === "user" ? after.last_message.preview : "";
  return added(notices, { id, kind: "message", conversationId, name, preview, count: count + (sofar?.kind === "message" ? sofar.count : 0), until: now + LOUD_MS });
}

function toAll(notices: readonly Notice[], before: Row | undefined, after: Row, patch: News, watcher: Watcher, now: number): readonly Notice[] {
  const conversationId = after.conversation_id;
  let next = notices;
  if (before === undefined && patch.started_at !== undefined) next = withNew(next, conversationId, now);
  const calls = after.control.holder === "queue" && before?.control.holder !== "queue" && turned(before, after, patch);
  if (!calls || patch.by?.id === watcher.meId) return next;
  return added(next, { id: `needs-${conversationId}`, kind: "needs_human", conversationId, name: nameOf(after), due: now + NEEDS_AFTER_MS, until: now + LOUD_MS });
}

const isMine = (row: Row, meId: string) => row.control.holder === "human" && row.control.agent?.id === meId;

/** True when this very patch changed control: of a row that was not known its time tells. */
function turned(before: Row | undefined, after: Row, patch: News): boolean {
  return before === undefined ? after.control.since === patch.at : before.control.epoch !== after.control.epoch || before.control.holder !== after.control.holder;
}

function newWords(before: Row | undefined, after: Row, patch: News): number {
  if (before === undefined) return patch.last_message?.author === "user" && patch.last_message.at === patch.at ? 1 : 0;
  return Math.max(0, (after.user_message_count ?? 0) - (before.user_message_count ?? 0));
}

/** What a row's newest state has answered is withdrawn: a call once somebody has it, words and transfers once it is not mine any more. */
function settledBy(notices: readonly Notice[], row: Row, meId: string): readonly Notice[] {
  const stays = (notice: Notice): boolean => {
    if (!("conversationId" in notice) || notice.conversationId !== row.conversation_id) return true;
    if (notice.kind === "needs_human") return row.control.holder === "queue";
    if (notice.kind === "control_lost") return !isMine(row, meId);
    // Until the colleague has written it can be taken back.
    if (notice.kind === "transferred") return row.control.epoch < notice.epoch || (row.control.epoch === notice.epoch && row.transferred_from_id === meId);
    return isMine(row, meId);
  };
  return kept(notices, stays);
}

/** Whoever opens a conversation has seen what was to be pointed out of it. */
export function withoutOpened(notices: readonly Notice[], id: string): readonly Notice[] {
  const stays = (notice: Notice) => !("conversationId" in notice) || notice.conversationId !== id || notice.kind === "transferred";
  return kept(notices, stays).flatMap((notice) => {
    if (notice.kind !== "new" || !notice.conversationIds.includes(id)) return [notice];
    const conversationIds = notice.conversationIds.filter((other) => other !== id);
    return conversationIds.length === 0 ? [] : [{ ...notice, conversationIds }];
  });
}

/** Only what is addressed to me: who goes away is not called any more. */
export function addressedToMe(notices: readonly Notice[]): readonly Notice[] {
  return kept(notices, (notice) => notice.kind !== "needs_human" && notice.kind !== "new");
}

function withNew(notices: readonly Notice[], conversationId: string, now: number): readonly Notice[] {
  const before = notices.find((notice) => notice.kind === "new");
  const conversationIds = [...(before?.kind === "new" ? before.conversationIds : []), conversationId];
  return added(notices, { id: "new", kind: "new", conversationIds, until: now + QUIET_MS });
}

/** The notice at the end; where there are too many, the one that can be spared longest goes. */
export function added(notices: readonly Notice[], notice: Notice): readonly Notice[] {
  const next = [...notices.filter((other) => other.id !== notice.id), notice];
  if (next.length <= MOST) return next;
  const spared = next.find(({ kind }) => kind === "new") ?? next.find(({ until }) => until !== undefined) ?? next[0];
  return next.filter((other) => other !== spared);
}

export function withoutNotice(notices: readonly Notice[], id: string): readonly Notice[] {
  return kept(notices, (notice) => notice.id !== id);
}

/** The notices whose time has come, and what is left of the time of those that are shown; while nobody looks no time runs out. */
export function passed(notices: readonly Notice[], now: number, watched: boolean): readonly Notice[] {
  const risen = notices.some(({ due }) => due !== undefined && due <= now) ? notices.map((notice) => (notice.due !== undefined && notice.due <= now ? { ...notice, due: undefined } : notice)) : notices;
  const over = (notice: Notice) => notice.until !== undefined && notice.until <= now;
  if (!risen.some(over)) return risen;
  return watched ? risen.filter((notice) => !over(notice)) : risen.map((notice) => (over(notice) ? { ...notice, until: now + QUIET_MS } : notice));
}

function kept(notices: readonly Notice[], stays: (notice: Notice) => boolean): readonly Notice[] {
  return notices.every(stays) ? notices : notices.filter(stays);
}
