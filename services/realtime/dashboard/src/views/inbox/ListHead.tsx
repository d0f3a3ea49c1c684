/** The head of the list: how live it is, search, views, filters, order. All of it lives in the URL. */
import { Search, X } from "lucide-react";
import { type KeyboardEvent, memo, useEffect, useState } from "react";
import { type Filters, formatFilters, type Sort } from "../../state/filters";
import type { Status } from "../../state/control";
import { conversationPath } from "../../state/route";
import { navigate, useAppState, useFormat, useWords } from "../context";
import { cx } from "../cx";
import { LiveMark } from "../LiveMark";
import { fetched } from "../fetched";
import type { FilterMenuProps } from "./FilterMenu";
import type { SavedViewsProps } from "./SavedViews";
import css from "./ListHead.module.css";

const FilterMenu = fetched<FilterMenuProps>(async () => (await import("./FilterMenu")).FilterMenu);

const SavedViews = fetched<SavedViewsProps>(async () => (await import("./SavedViews")).SavedViews);

const SEARCH_PAUSE_MS = 200;
const VIEWS = [
  { key: "all", statuses: [], count: "open" },
  { key: "needs_human", statuses: ["needs_human"], count: "needs_human" },
  { key: "mine", statuses: ["mine"], count: "mine" },
  { key: "ai", statuses: ["ai"], count: "ai" },
  { key: "others", statuses: ["others"], count: "others" },
] as const satisfies readonly { key: string; statuses: readonly Status[]; count: string }[];

/** Not drawn again with every row that passes by below it. */
export const ListHead = memo(function ListHead({ selectedId, onDown }: { readonly selectedId: string | undefined; readonly onDown: () => void }) {
  const words = useWords();
  const format = useFormat();
  const { filters, counts } = useAppState((state) => state.list);
  const go = (change: Partial<Filters>) => navigate(conversationPath(selectedId, formatFilters({ ...filters, ...change })), "replace");
  const isView = (statuses: readonly Status[]) => statuses.join() === filters.statuses.join();
  return (
    <header className={css.head}>
      <div className={css.title}>
        <h1>{words.list.title}</h1>
        <span className={css.open}>{counts.open !== undefined && words.list.open(format.count(counts.open))}</span>
        <LiveMark />
      </div>
      <SearchBox value={filters.search} onChange={(search) => go({ search })} onDown={onDown} />
      <div className={css.chips} role="group" aria-label={words.list.views}>
        {VIEWS.map((view) => (
          <button key={view.key} type="button" className={cx(css.chip, isView(view.statuses) && css.on)} aria-pressed={isView(view.statuses)} onClick={() => go({ statuses: view.statuses })}>
            {words.list[view.key]} <b>{format.count(counts[view.count] ?? 0)}</b>
          </button>
        ))}
        <SavedViews filters={filters} selectedId={selectedId} />
        <FilterMenu filters={filters} onChange={go} />
      </div>
      <div className={css.sort}>
        <label>
          <span className="visually-hidden">{words.list.sortLabel}</span>
          <select value={filters.sort} onChange={(event) => go({ sort: event.target.value as Sort })}>
            {(Object.keys(words.list.sort) as Sort[]).map((sort) => (
              <option key={sort} value={sort}>
                {words.list.sort[sort]}
              </option>
            ))}
          </select>
        </label>
      </div>
    </header>
  );
});

function SearchBox({ value, onChange, onDown }: { readonly value: string; readonly onChange: (search: string) => void; readonly onDown: () => void }) {
  const words = useWords();
  const [text, setText] = useState(value);
  const [known, setKnown] = useState(value);
  if (known !== value) {
    // The URL changed by something else than typing: Back, or "clear filters".
    setKnown(value);
    if (text.trim() !== value) setText(value);
  }

  useEffect(() => {
    const search = text.trim();
    if (search === value) return;
    const timer = setTimeout(() => onChange(search), SEARCH_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === "ArrowDown") {
      event.preventDefault();
      onDown();
    }
    if (event.key === "Escape" && text !== "") {
      event.stopPropagation();
      setText("");
    }
  }

  return (
    <search className={css.search}>
      <Search size={16} aria-hidden />
      <input type="text" value={text} onChange={(event) => setText(event.target.value)} onKeyDown={onKeyDown} placeholder={words.list.search} aria-label={words.list.searchLabel} autoComplete="off" spellCheck={false} enterKeyHint="search" />
      {text === "" ? (
        <kbd aria-hidden>Ctrl K</kbd>
      ) : (
        <button type="button" className={css.clear} aria-label={words.list.clearSearch} onClick={() => setText("")}>
          <X size={14} aria-hidden />
        </button>
      )}
    </search>
  );
}
