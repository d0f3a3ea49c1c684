/** The list: its first page for the filters, the next ones, rows that turn up by a patch, and the counts. */
import type { RowPatch } from "../gateway/contract";
import { ProblemError, reasonOf } from "../gateway/errors";
import { type Filters, formatFilters, listQuery } from "../state/filters";
import { concerns, hasTurned } from "../state/list";
import type { Ports } from "./ports";

const PAGE_SIZE = 100;
const COUNTS_PAUSE_MS = 1000;
/** So many unknown rows are fetched one by one; more at once means that the list is fetched anew. */
const MOST_SINGLE_FETCHES = 8;

export interface Listing {
  /** Load the list for these filters unless it is there already. */
  show(filters: Filters): void;
  /** Load the list unless a page of it has been asked for: the menu's counter needs it on every page. */
  begin(): void;
  /** Forget what was asked for: another account may come. */
  reset(): void;
  /** Load the first page again, keeping what is shown until it comes. */
  reload(): Promise<void>;
  loadMore(): Promise<void>;
  fetchRow(id: string): Promise<void>;
  patched(patches: readonly RowPatch[]): void;
}

export function createListing({ api, store, clock }: Ports, onSnapshot: (projectedAt: string) => void): Listing {
  let request: AbortController | undefined;
  let countsDue = false;
  /** Rows under way, each with what was told of it meanwhile: the answer may be older than that. */
  const fetching = new Map<string, RowPatch[]>();

  async function first(): Promise<void> {
    request?.abort();
    const mine = new AbortController();
    request = mine;
    store.dispatch({ type: "list.loading", what: "first" });
    try {
      const page = await api.conversations.list({ ...listQuery(store.state().list.filters), page_size: PAGE_SIZE }, mine.signal);
      if (mine.signal.aborted) return;
      store.dispatch({ type: "list.page", page, first: true, now: clock.now() });
      onSnapshot(page.projected_at);
    } catch (error) {
      if (!mine.signal.aborted) store.dispatch({ type: "list.failed", reason: reasonOf(error) });
    }
  }

  async function loadMore(): Promise<void> {
    const { nextPageToken, loading, filters } = store.state().list;
    if (nextPageToken === undefined || loading !== "no") return;
    store.dispatch({ type: "list.loading", what: "more" });
    try {
      const page = await api.conversations.list({ ...listQuery(filters), page_size: PAGE_SIZE, page_token: nextPageToken });
      if (store.state().list.filters === filters) store.dispatch({ type: "list.page", page, first: false, now: clock.now() });
    } catch (error) {
      store.dispatch({ type: "list.failed", reason: reasonOf(error) });
    }
  }

  async function fetchRow(id: string, patches: readonly RowPatch[] = []): Promise<void> {
    const told = patches.filter((patch) => patch.conversation_id === id);
    const underWay = fetching.get(id);
    if (underWay !== undefined) {
      underWay.push(...told);
      return;
    }
    fetching.set(id, told);
    try {
      const row = await api.conversations.row(id);
      store.dispatch({ type: "rows.fetched", rows: [row], patches: told, now: clock.now() });
      const later = told.filter((patch) => patch.seq > row.seq);
      if (later.length > 0) store.dispatch({ type: "rows.patched", patches: later, now: clock.now() });
    } catch (error) {
      // Without an answer the row comes with its next patch or the next load of the list.
      if (error instanceof ProblemError && error.status === 404) store.dispatch({ type: "row.missing", id });
    } finally {
      fetching.delete(id);
    }
  }

  async function refreshCounts(): Promise<void> {
    countsDue = false;
    const { filters } = store.state().list;
    try {
      const { counts } = await api.conversations.list({ ...listQuery(filters), page_size: 1 });
      if (store.state().list.filters === filters) store.dispatch({ type: "list.counts", counts });
    } catch {
      // The next change asks again.
    }
  }

  return {
    show(filters) {
      const { list } = store.state();
      if (request !== undefined && formatFilters(list.filters) === formatFilters(filters)) return;
      store.dispatch({ type: "list.filtered", filters });
      void first();
    },
    begin() {
      if (request === undefined) void first();
    },
    reset() {
      request?.abort();
      request = undefined;
      fetching.clear();
    },
    reload: first,
    loadMore,
    fetchRow: (id) => fetchRow(id),
    patched(patches) {
      const before = store.state().rows;
      const { list, session } = store.state();
      const meId = session.phase === "in" ? session.account.id : "";
      const unknown = new Set(patches.filter((patch) => before[patch.conversation_id] === undefined && patch.started_at === undefined && concerns(patch, list, meId)).map((patch) => patch.conversation_id));
      store.dispatch({ type: "rows.patched", patches, now: clock.now() });
      if (unknown.size > MOST_SINGLE_FETCHES) void first();
      else for (const id of unknown) void fetchRow(id, patches);
      const moved = patches.some((patch) => hasTurned(before[patch.conversation_id], patch));
      if (moved && !countsDue) {
        countsDue = true;
        clock.after(COUNTS_PAUSE_MS, () => void refreshCounts());
      }
    },
  };
}
