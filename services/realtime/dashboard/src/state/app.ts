/** The whole state of the page and everything that can happen to it. Pure: what happens is an action, time comes with it. */
import type { Control, EventPage, ListPage, LogEvent, Outcome, Row, RowPatch, SessionInfo } from "../gateway/contract";
import type { Ephemeral } from "../gateway/frames";
import { type Chat, controlOf, emptyChat, type Pending, withAccepted, withEvents, withFailed, withKept, withoutPending, withSeen, withSending, withUnseen } from "./chat";
import type { Filters } from "./filters";
import { afterEvent, buried, type FleetingById, withFleeting } from "./fleeting";
import { emptyList, filtered, type ListState, paged } from "./list";
import { type Live, notYetLive, withNetwork, withPhase } from "./live";
import { defaultAlerts } from "./alerts";
import { type Attending, type AttendingAction, attendingPart, watcherOf } from "./attending";
import { added, type Notice, noticed, withoutNotice } from "./notices";
import { patched, type Rows, withRead, withRows } from "./rows";

export type Session = { readonly phase: "unknown" } | { readonly phase: "out"; readonly expired: boolean } | ({ readonly phase: "in" } & SessionInfo);

export interface AppState extends Attending {
  readonly session: Session;
  readonly live: Live;
  readonly rows: Rows;
  readonly list: ListState;
  readonly chats: Readonly<Record<string, Chat>>;
  /** Control as an acknowledgement told it, before its event came by the socket. */
  readonly acknowledged: Readonly<Record<string, Pick<Outcome, "seq" | "control">>>;
  /** Conversations whose takeover is under way. */
  readonly taking: ReadonlySet<string>;
  readonly fleeting: FleetingById;
  readonly notices: readonly Notice[];
  /** Conversations that do not exist or are not ours. */
  readonly missing: ReadonlySet<string>;
}

export const initialState: AppState = {
  session: { phase: "unknown" },
  live: notYetLive,
  rows: {},
  list: emptyList,
  chats: {},
  acknowledged: {},
  taking: new Set(),
  fleeting: {},
  notices: [],
  missing: new Set(),
  presence: "available",
  watched: true,
  alerts: defaultAlerts,
};

export type Action =
  | AttendingAction
  | { readonly type: "session.in"; readonly info: SessionInfo }
  | { readonly type: "session.out"; readonly expired: boolean }
  | { readonly type: "live.phase"; readonly phase: Live["phase"]; readonly now: number; readonly retryAt?: number | undefined }
  | { readonly type: "live.stale"; readonly since: string }
  | { readonly type: "live.fresh" }
  | { readonly type: "live.network"; readonly offline: boolean; readonly now: number }
  | { readonly type: "list.filtered"; readonly filters: Filters }
  | { readonly type: "list.loading"; readonly what: "first" | "more" }
  | { readonly type: "list.page"; readonly page: ListPage; readonly first: boolean; readonly now: number }
  | { readonly type: "list.counts"; readonly counts: ListPage["counts"] }
  | { readonly type: "list.failed"; readonly reason: string }
  | { readonly type: "rows.patched"; readonly patches: readonly RowPatch[]; readonly now: number }
  | { readonly type: "rows.fetched"; readonly rows: readonly Row[]; /** What spoke of them. */ readonly patches?: readonly RowPatch[]; readonly now: number }
  | { readonly type: "row.read"; readonly id: string; readonly seq: number; readonly unread: number }
  | { readonly type: "row.missing"; readonly id: string }
  | { readonly type: "chat.opened"; readonly id: string; readonly kept?: readonly Pending[] }
  | { readonly type: "chat.loading"; readonly id: string; readonly what: Chat["loading"] }
  | { readonly type: "chat.page"; readonly id: string; readonly page: EventPage }
  | { readonly type: "chat.landmarks"; readonly id: string; readonly events: readonly LogEvent[] }
  | { readonly type: "chat.restarted"; readonly id: string; readonly page: EventPage }
  | { readonly type: "chat.failed"; readonly id: string; readonly reason: string }
  | { readonly type: "chat.events"; readonly events: readonly LogEvent[] }
  | { readonly type: "chat.seen"; readonly id: string; readonly seq: number }
  | { readonly type: "send.started"; readonly id: string; readonly item: Pending }
  | { readonly type: "send.accepted"; readonly id: string; readonly commandId: string; readonly seq: number }
  | { readonly type: "send.failed"; readonly id: string; readonly commandId: string; readonly reason: string }
  | { readonly type: "send.unseen"; readonly id: string; readonly commandId: string; readonly firstUnseen: number }
  | { readonly type: "send.dropped"; readonly id: string; readonly commandId: string }
  | { readonly type: "taking"; readonly id: string; readonly active: boolean }
  | { readonly type: "acknowledged"; readonly outcome: Outcome }
  | { readonly type: "fleeting"; readonly frame: Ephemeral; readonly now: number }
  | { readonly type: "notice.added"; readonly notice: Notice }
  | { readonly type: "notice.dismissed"; readonly id: string }
  | { readonly type: "tick"; readonly now: number };

type Part<K extends keyof AppState> = Partial<Pick<AppState, K>>;

/** The state after the action; the same object when nothing changed. */
export function reduce(state: AppState, action: Action): AppState {
  const change = { ...sessionPart(state, action), ...listPart(state, action), ...chatPart(state, action), ...passingPart(state, action), ...attendingPart(state, action) };
  return Object.keys(change).length === 0 ? state : { ...state, ...change };
}

function sessionPart(state: AppState, action: Action): Partial<AppState> {
  switch (action.type) {
    case "session.in":
      return { session: { phase: "in", ...action.info } };
    case "session.out":
      // Nothing of one account may be seen by the next.
      return { ...initialState, watched: state.watched, session: { phase: "out", expired: action.expired } };
    case "live.phase":
      return { live: withPhase(state.live, action.phase, action.now, action.retryAt) };
    case "live.stale":
      return { live: { ...state.live, staleSince: action.since } };
    case "live.network":
      return { live: withNetwork(state.live, action.offline, action.now) };
    case "live.fresh":
      return { live: { ...state.live, staleSince: undefined } };
    default:
      return {};
  }
}

function listPart(state: AppState, action: Action): Part<"list" | "rows" | "notices" | "missing"> {
  const { list, rows } = state;
  switch (action.type) {
    case "list.filtered":
      return { list: filtered(list, action.filters) };
    case "list.loading":
      return { list: { ...list, loading: action.what, failed: undefined } };
    case "list.page":
      return { list: paged(list, action.page, action.first), ...fetchRows(state, action.page.rows, [], action.now) };
    case "list.counts":
      return { list: { ...list, counts: action.counts } };
    case "list.failed":
      return { list: { ...list, loading: "no", failed: action.reason } };
    case "rows.patched":
      return patchRows(state, action.patches, action.now);
    case "rows.fetched":
      return fetchRows(state, action.rows, action.patches ?? [], action.now);
    case "row.read":
      return { rows: withRead(rows, action.id, action.seq, action.unread) };
    case "row.missing":
      return { missing: new Set([...state.missing, action.id]) };
    default:
      return {};
  }
}

function patchRows(state: AppState, patches: readonly RowPatch[], now: number): Part<"rows" | "notices"> {
  const rows: Record<string, Row> = { ...state.rows };
  let notices = state.notices;
  for (const patch of patches) {
    const before = rows[patch.conversation_id];
    const after = patched(before, patch);
    if (after === undefined || after === before) continue;
    rows[patch.conversation_id] = after;
    notices = noticed(notices, before, after, patch, watcherOf(state, patch.conversation_id), now);
  }
  return { rows, notices };
}

/** Rows as the server has them: of one that a patch spoke of, or that has changed while the page was cut off, there may be something to tell. */
function fetchRows(state: AppState, fresh: readonly Row[], patches: readonly RowPatch[], now: number): Part<"rows" | "notices"> {
  let notices = state.notices;
  for (const row of fresh) {
    const id = row.conversation_id;
    const before = state.rows[id];
    const patch = patches.find((one) => one.conversation_id === id) ?? (before !== undefined && before.seq < row.seq ? { at: row.control.since } : undefined);
    if (patch !== undefined && (before?.seq ?? 0) <= row.seq) notices = noticed(notices, before, row, patch, watcherOf(state, id), now);
  }
  return { rows: withRows(state.rows, fresh), notices };
}

function chatPart(state: AppState, action: Action): Part<"chats" | "fleeting"> {
  const edit = (id: string, change: (chat: Chat) => Chat): Part<"chats"> => {
    const chat = state.chats[id];
    return chat === undefined ? {} : { chats: { ...state.chats, [id]: change(chat) } };
  };
  switch (action.type) {
    case "chat.opened": {
      const read = state.rows[action.id]?.read_seq ?? 0;
      const chat = state.chats[action.id];
      const opened = chat ? { ...chat, readAtOpening: read, unseenAfter: undefined } : emptyChat(action.id, read);
      return { chats: { ...state.chats, [action.id]: withKept(opened, action.kept ?? []) } };
    }
    case "chat.loading":
      return edit(action.id, (chat) => ({ ...chat, loading: action.what, failed: undefined }));
    case "chat.page":
      return edit(action.id, (chat) => ({ ...withEvents(chat, action.page.events), loading: "no", failed: undefined }));
    case "chat.landmarks":
      return edit(action.id, (chat) => ({ ...chat, landmarks: action.events }));
    case "chat.restarted":
      return edit(action.id, (chat) => ({ ...withEvents({ ...chat, events: [], telling: [], ahead: [] }, action.page.events), loading: "no", failed: undefined }));
    case "chat.failed":
      return edit(action.id, (chat) => ({ ...chat, loading: "no", failed: action.reason }));
    case "chat.events":
      return chatEvents(state, action.events);
    case "chat.seen":
      return edit(action.id, (chat) => withSeen(chat, action.seq));
    case "send.started":
      return edit(action.id, (chat) => withSending(chat, action.item));
    case "send.accepted":
      return edit(action.id, (chat) => withAccepted(chat, action.commandId, action.seq));
    case "send.failed":
      return edit(action.id, (chat) => withFailed(chat, action.commandId, action.reason));
    case "send.unseen":
      return edit(action.id, (chat) => withUnseen(chat, action.commandId, action.firstUnseen));
    case "send.dropped":
      return edit(action.id, (chat) => withoutPending(chat, action.commandId));
    default:
      return {};
  }
}

function chatEvents(state: AppState, events: readonly LogEvent[]): Part<"chats" | "fleeting"> {
  const chats = { ...state.chats };
  for (const id of new Set(events.map((event) => event.conversation_id))) {
    const chat = chats[id];
    // Before the first page there is nothing to join to; that page, or the fetch for the hole, has them.
    if (chat !== undefined && chat.events.length > 0) chats[id] = withEvents(chat, events);
  }
  return { chats, fleeting: events.reduce(afterEvent, state.fleeting) };
}

function passingPart(state: AppState, action: Action): Part<"taking" | "acknowledged" | "fleeting" | "notices"> {
  switch (action.type) {
    case "taking": {
      const taking = new Set(state.taking);
      if (action.active) taking.add(action.id);
      else taking.delete(action.id);
      return { taking };
    }
    case "acknowledged": {
      const { conversation_id: id, seq, control } = action.outcome;
      return seq > (state.acknowledged[id]?.seq ?? 0) ? { acknowledged: { ...state.acknowledged, [id]: { seq, control } } } : {};
    }
    case "fleeting":
      return { fleeting: withFleeting(state.fleeting, action.frame, action.now) };
    case "notice.added":
      return { notices: added(state.notices, action.notice) };
    case "notice.dismissed":
      return { notices: withoutNotice(state.notices, action.id) };
    case "tick": {
      const fleeting = buried(state.fleeting, action.now);
      return fleeting === state.fleeting ? {} : { fleeting };
    }
    default:
      return {};
  }
}

/** Returns what picks a conversation's row out of the state; it is the same object until something of it changes. */
export function createRowOf(): (state: AppState, id: string) => Row | undefined {
  let former: { readonly row: Row | undefined; readonly chat: Chat | undefined; readonly told: AppState["acknowledged"][string] | undefined; readonly now: Row | undefined } | undefined;
  return (state, id) => {
    const [row, chat, told] = [state.rows[id], state.chats[id], state.acknowledged[id]];
    if (former === undefined || former.row !== row || former.chat !== chat || former.told !== told) former = { row, chat, told, now: rowNow(row, chat, told) };
    return former.now;
  };
}

/** The row with the newest control that is known: of the row itself, of the opened log, or of an acknowledgement. */
export function rowNow(row: Row | undefined, chat: Chat | undefined, acknowledged: Pick<Outcome, "seq" | "control"> | undefined): Row | undefined {
  if (row === undefined) return undefined;
  const known = [chat && controlOf(chat), acknowledged].filter((other) => other !== undefined);
  const newest = known.reduce<{ seq: number; control: Control }>((best, other) => (other.seq > best.seq ? other : best), row);
  return newest.control === row.control ? row : { ...row, control: newest.control };
}
