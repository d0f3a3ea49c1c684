/** The list: which rows were loaded for the filters, and the order in which people see them. */
import type { Counts, ListPage, Row, RowPatch } from "../gateway/contract";
import { compareRows, type Filters, matches, noFilters } from "./filters";
import { type Rows, withoutNulls } from "./rows";

export interface ListState {
  readonly filters: Filters;
  /** Ids that the server named for these filters. */
  readonly found: ReadonlySet<string>;
  readonly nextPageToken?: string | undefined;
  /** The last row of the last page as it came, while there are more: what stands behind it comes when one scrolls there. */
  readonly edge?: Row | undefined;
  readonly counts: Counts;
  readonly loading: "first" | "more" | "no";
  /** The filters that a page has come for. */
  readonly answered?: Filters | undefined;
  /** Why the last load failed. */
  readonly failed?: string | undefined;
}

export const emptyList: ListState = { filters: noFilters, found: new Set(), counts: {}, loading: "first" };

/** Other filters: what was found for the former ones says nothing any more, the counts per view stay until new ones come. */
export function filtered(list: ListState, filters: Filters): ListState {
  return { ...list, filters, found: new Set(), nextPageToken: undefined, edge: undefined, loading: "first", failed: undefined };
}

/** A page came. The first one replaces what was found, later ones add to it. */
export function paged(list: ListState, page: ListPage, first: boolean): ListState {
  const isLast = page.next_page_token === undefined || page.next_page_token === "";
  return {
    ...list,
    edge: isLast ? undefined : page.rows.at(-1),
    found: new Set([...(first ? [] : list.found), ...page.rows.map((row) => row.conversation_id)]),
    nextPageToken: page.next_page_token === "" ? undefined : page.next_page_token,
    counts: page.counts,
    answered: list.filters,
    loading: "no",
    failed: undefined,
  };
}

/**
 * True when a row that is not loaded has to be fetched because of a patch: this agent's, one whose control has just changed, one that comes before the last loaded row.
 * Of thousands behind that one every message would be a question otherwise.
 */
export function concerns(patch: RowPatch, { edge, filters }: ListState, meId: string): boolean {
  if (edge === undefined) return true;
  const isMine = patch.control.holder === "human" && patch.control.agent?.id === meId;
  return isMine || hasTurned(undefined, patch) || compareRows(filters.sort)(withoutNulls(patch), edge) < 0;
}

/** True when this very patch changed control: of a row that is not known its time tells. */
export function hasTurned(before: Row | undefined, { at, control }: RowPatch): boolean {
  if (before === undefined) return at === undefined || at === control.since;
  return before.control.epoch !== control.epoch || before.control.holder !== control.holder;
}

/** The ids of the list in its order. */
export function orderedIds(rows: Rows, list: ListState, meId: string): readonly string[] {
  const { filters, found } = list;
  return Object.values(rows)
    .filter((row) => matches(row, filters, meId, found.has(row.conversation_id)))
    .sort(compareRows(filters.sort))
    .map((row) => row.conversation_id);
}

interface Ordered {
  readonly rows: Rows;
  readonly list: ListState;
  readonly meId: string;
  readonly ids: readonly string[];
}

/** With more changes than this, sorting all costs no more than putting each into its place. */
const MOST_MOVES = 200;

/** Returns what orders the list again and again. Of ten thousand rows a few change at a time: only those are looked at, and an order that stays is the same object. */
export function createOrder(): (rows: Rows, list: ListState, meId: string) => readonly string[] {
  let former: Ordered | undefined;
  return (rows, list, meId) => {
    if (former?.rows === rows && former.list === list && former.meId === meId) return former.ids;
    const changed = former !== undefined && isSameQuestion(former, list, meId) ? changes(former.rows, rows) : undefined;
    const ids = former === undefined || changed === undefined ? orderedIds(rows, list, meId) : moved(former, rows, list, changed);
    former = { rows, list, meId, ids };
    return ids;
  };
}

/** What the server has named matters only where it was asked to search. */
const isSameQuestion = (former: Ordered, list: ListState, meId: string): boolean =>
  former.meId === meId && former.list.filters === list.filters && (former.list.found === list.found || list.filters.search.trim() === "");

/** Ids of rows that are new or other than before; undefined where some are gone, or too many are other. */
function changes(before: Rows, now: Rows): readonly string[] | undefined {
  if (before === now) return [];
  const ids: string[] = [];
  let known = 0;
  for (const id in now) {
    const was = before[id];
    if (was !== undefined) known += 1;
    if (was !== now[id]) ids.push(id);
    if (ids.length > MOST_MOVES) return undefined;
  }
  return known === Object.keys(before).length ? ids : undefined;
}

function moved({ rows: before, ids: former, meId }: Ordered, rows: Rows, { filters, found }: ListState, changed: readonly string[]): readonly string[] {
  const compare = compareRows(filters.sort);
  const belongs = (row: Row | undefined) => row !== undefined && matches(row, filters, meId, found.has(row.conversation_id));
  const moving = changed.filter((id) => {
    const [was, now] = [before[id], rows[id]];
    // Most changes leave a row where it is.
    return !(was !== undefined && now !== undefined && compare(was, now) === 0 && belongs(was) === belongs(now)) && (belongs(was) || belongs(now));
  });
  if (moving.length === 0) return former;
  const leaving = new Set(moving);
  const ids = former.filter((id) => !leaving.has(id));
  for (const id of moving) {
    const row = rows[id];
    if (row !== undefined && belongs(row)) ids.splice(placeOf(row, ids, rows, compare), 0, id);
  }
  return ids.length === former.length && ids.every((id, index) => id === former[index]) ? former : ids;
}

/** How many of the ordered come before the row. */
function placeOf(row: Row, ids: readonly string[], rows: Rows, compare: (a: Row, b: Row) => number): number {
  let [low, high] = [0, ids.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = rows[ids[middle] ?? ""];
    if (other !== undefined && compare(other, row) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What is shown while the order is held still: the former ids, and how many new ones wait behind "3 new". */
export function heldOrder(shown: readonly string[], live: readonly string[]): { ids: readonly string[]; waiting: number } {
  if (shown === live) return { ids: shown, waiting: 0 };
  const has = new Set(shown);
  return { ids: shown, waiting: live.filter((id) => !has.has(id)).length };
}

/** What is shown, with what stands behind all of it in the live order: a page that one has scrolled to moves nothing. */
export function withTail(shown: readonly string[], live: readonly string[]): readonly string[] {
  if (shown === live) return shown;
  const has = new Set(shown);
  const last = live.findLastIndex((id) => has.has(id));
  return last === -1 || last === live.length - 1 ? shown : [...shown, ...live.slice(last + 1)];
}

/** The live order, with the chosen row kept where it was when it no longer matches. */
export function withKept(shown: readonly string[], live: readonly string[], keptId: string | undefined): readonly string[] {
  if (keptId === undefined || live.includes(keptId) || !shown.includes(keptId)) return live;
  return live.toSpliced(Math.min(shown.indexOf(keptId), live.length), 0, keptId);
}
