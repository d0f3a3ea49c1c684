/** Lists that an agent has given a name: filters and order as a URL's query, kept per account in this browser. */

export interface SavedView {
  readonly name: string;
  /** As formatFilters writes it. */
  readonly query: string;
}

export interface SavedViews {
  all(): readonly SavedView[];
  /** One of the same name or the same query is replaced. */
  save(view: SavedView): readonly SavedView[];
  remove(query: string): readonly SavedView[];
}

const MOST = 12;
const MOST_CHARACTERS = 30;

function isView(kept: unknown): kept is SavedView {
  return typeof kept === "object" && kept !== null && "name" in kept && "query" in kept && typeof kept.name === "string" && typeof kept.query === "string";
}

function parsed(text: string | null | undefined): readonly SavedView[] {
  try {
    const kept: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(kept) ? (kept as readonly unknown[]).filter(isView).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

/** Where the storage is forbidden they last as long as the page. */
export function createSavedViews(storage: Storage | undefined, accountId: string): SavedViews {
  const key = `baton.views.${accountId}`;
  let views: readonly SavedView[] | undefined;
  const all = () => {
    if (views === undefined) {
      try {
        views = parsed(storage?.getItem(key));
      } catch {
        views = [];
      }
    }
    return views;
  };
  const keep = (next: readonly SavedView[]) => {
    views = next;
    try {
      storage?.setItem(key, JSON.stringify(next));
    } catch {
      // Kept in memory.
    }
    return next;
  };
  return {
    all,
    save({ name, query }) {
      const named = { name: name.trim().slice(0, MOST_CHARACTERS), query };
      return keep([...all().filter((view) => view.name !== named.name && view.query !== query), named].slice(-MOST));
    },
    remove: (query) => keep(all().filter((view) => view.query !== query)),
  };
}
