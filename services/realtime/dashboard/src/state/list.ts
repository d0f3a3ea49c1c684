/** The list: which rows were loaded for the filters, and the order in which people see them. */
import type { Counts, ListPage } from "../gateway/contract";
import { compareRows, type Filters, matches, noFilters } from "./filters";
import type { Rows } from "./rows";

export interface ListState {
  readonly filters: Filters;
  /** Ids that the server named for these filters. */
  readonly found: ReadonlySet<string>;
  readonly nextPageToken?: string | undefined;
  readonly counts: Counts;
  readonly loading: "first" | "more" | "no";
  /** Why the last load failed. */
  readonly failed?: string | undefined;
}

export const emptyList: ListState = { filters: noFilters, found: new Set(), counts: {}, loading: "first" };

/** Other filters: what was found for the former ones says nothing any more, the counts per view stay until new ones come. */
export function filtered(list: ListState, filters: Filters): ListState {
  return { ...list, filters, found: new Set(), nextPageToken: undefined, loading: "first", failed: undefined };
}

/** A page came. The first one replaces what was found, later ones add to it. */
export function paged(list: ListState, page: ListPage, first: boolean): ListState {
  return {
    ...list,
    found: new Set([...(first ? [] : list.found), ...page.rows.map((row) => row.conversation_id)]),
    nextPageToken: page.next_page_token === "" ? undefined : page.next_page_token,
    counts: page.counts,
    loading: "no",
    failed: undefined,
  };
}

/** The ids of the list in its order. `former`: an order from before; with ten thousand rows, sorting what is nearly sorted takes a tenth of the time. */
export function orderedIds(rows: Rows, list: ListState, meId: string, former: readonly string[] = []): readonly string[] {
  const { filters, found } = list;
  const known = new Set(former);
  const nearly = [...former.flatMap((id) => rows[id] ?? []), ...Object.values(rows).filter((row) => !known.has(row.conversation_id))];
  return nearly
    .filter((row) => matches(row, filters, meId, found.has(row.conversation_id)))
    .sort(compareRows(filters.sort))
    .map((row) => row.conversation_id);
}

/** Returns what orders the list again and again, each time beginning from the last order. */
export function createOrder(): (rows: Rows, list: ListState, meId: string) => readonly string[] {
  let former: readonly string[] = [];
  return (rows, list, meId) => (former = orderedIds(rows, list, meId, former));
}

/** What is shown while the order is held still: the former ids, and how many new ones wait behind "3 new". */
export function heldOrder(shown: readonly string[], live: readonly string[]): { ids: readonly string[]; waiting: number } {
  const has = new Set(shown);
  return { ids: shown, waiting: live.filter((id) => !has.has(id)).length };
}

/** The live order, with the chosen row kept where it was when it no longer matches. */
export function withKept(shown: readonly string[], live: readonly string[], keptId: string | undefined): readonly string[] {
  if (keptId === undefined || live.includes(keptId) || !shown.includes(keptId)) return live;
  return live.toSpliced(Math.min(shown.indexOf(keptId), live.length), 0, keptId);
}
