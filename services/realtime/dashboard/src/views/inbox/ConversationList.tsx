/** The list: its head, its rows (only those in view are drawn), and its states. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowUp, CloudOff, Inbox, SearchX } from "lucide-react";
import { type KeyboardEvent, type MouseEvent, useCallback, useEffect, useRef, useState } from "react";
import { formatFilters, noFilters } from "../../state/filters";
import { conversationPath } from "../../state/route";
import { navigate, useApp, useAppState, useWords } from "../context";
import { Button } from "../parts/Button";
import { Empty } from "../parts/Empty";
import { problemWords } from "../problem";
import css from "./ConversationList.module.css";
import { ListHead } from "./ListHead";
import { ListRow, loadTransfer } from "./ListRow";
import { useShownIds } from "./useShownIds";

const ROW_HEIGHT_REM = 6.25;
const OVERSCAN = 4;
/** The next page is asked for so many rows before the end of what is loaded. */
const ROWS_AHEAD = 30;

export function ConversationList({ selectedId, query }: { readonly selectedId: string | undefined; readonly query: string }) {
  const app = useApp();
  const words = useWords();
  const list = useAppState((state) => state.list);
  const [pointed, setPointed] = useState(false);
  const [focused, setFocused] = useState(false);
  const [scrolled, setScrolled] = useState(false);
  const { ids, waiting, release } = useShownIds(pointed || focused || scrolled, selectedId);
  const [activeId, setActiveId] = useState<string>();
  const scroller = useRef<HTMLDivElement>(null);
  // Asked for every row of the list, so each must cost nothing.
  const [rowHeight] = useState(() => ROW_HEIGHT_REM * parseFloat(getComputedStyle(document.documentElement).fontSize));
  const keyOf = useCallback((index: number) => ids[index] ?? index, [ids]);
  // eslint-disable-next-line react-hooks/incompatible-library -- the virtualizer's functions are used in this component only
  const virtual = useVirtualizer({
    count: ids.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: keyOf,
    overscan: OVERSCAN,
  });
  const items = virtual.getVirtualItems();
  const lastDrawn = items.at(-1)?.index ?? 0;

  useEffect(() => {
    if (lastDrawn >= ids.length - ROWS_AHEAD) void app.listing.loadMore();
  }, [app, lastDrawn, ids.length, list.nextPageToken]);

  // There before it is asked for: by then the network may be gone.
  useEffect(() => {
    // Whoever asks for it then meets the failure.
    loadTransfer().catch(() => undefined);
  }, []);

  const tabbable = ids.includes(activeId ?? "") ? activeId : ids.includes(selectedId ?? "") ? selectedId : ids[0];

  const moveTo = useCallback(
    (index: number) => {
      const id = ids[index];
      if (id === undefined) return;
      setActiveId(id);
      virtual.scrollToIndex(index);
      requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`)?.focus());
    },
    [ids, virtual],
  );
  const moveToFirst = useCallback(() => moveTo(0), [moveTo]);

  function onKeyDown(event: KeyboardEvent): void {
    if (!(event.target instanceof HTMLElement) || event.target.dataset.row === undefined) return;
    const at = ids.indexOf(event.target.dataset.row);
    const target = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: ids.length - 1 }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    moveTo(Math.min(Math.max(target, 0), ids.length - 1));
  }

  const showNew = (event: MouseEvent) => {
    release();
    scroller.current?.scrollTo({ top: 0 });
    // The button is gone then: who pressed it by key goes on with the first row.
    if (event.detail === 0) requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>("[data-row]")?.focus());
  };

  const isFiltered = formatFilters({ ...list.filters, sort: noFilters.sort }) !== "";
  return (
    <section className={css.list} aria-label={words.list.title}>
      <ListHead selectedId={selectedId} onDown={moveToFirst} />
      {/* Watches where the pointer and the focus are, so that the order does not change under them, nor on their way to the button; it takes no input. */}
      {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <div
        className={css.held}
        onPointerEnter={(event) => setPointed(event.pointerType === "mouse")}
        onPointerLeave={() => setPointed(false)}
        onFocus={(event) => setFocused(event.target.matches(":focus-visible"))}
        onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && setFocused(false)}
      >
        {waiting > 0 && (
          <button type="button" className={css.waiting} onClick={showNew} aria-label={words.list.showWaiting(waiting)}>
            <ArrowUp size={14} aria-hidden /> {words.list.waiting(waiting)}
          </button>
        )}
        <div
          ref={scroller}
          className={css.scroller}
          aria-busy={ids.length === 0 && list.loading === "first" ? true : undefined}
          onScroll={(event) => setScrolled(event.currentTarget.scrollTop > 4)}
        >
          {list.failed !== undefined && ids.length === 0 ? (
            <Empty
              icon={CloudOff}
              title={words.list.failedTitle}
              text={problemWords(words, list.failed)}
              action={<Button onClick={() => void app.listing.reload()}>{words.retry}</Button>}
            />
          ) : ids.length === 0 && list.loading === "first" ? (
            <Skeleton />
          ) : ids.length === 0 ? (
            isFiltered ? (
              <Empty
                icon={SearchX}
                title={words.list.nothingTitle}
                text={words.list.nothingText}
                action={<Button onClick={() => navigate(conversationPath(selectedId, formatFilters({ ...noFilters, sort: list.filters.sort })))}>{words.list.clear}</Button>}
              />
            ) : (
              <Empty icon={Inbox} title={words.list.emptyTitle} text={words.list.emptyText} />
            )
          ) : (
            // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- arrow keys move between the links of the rows; the keys come from them
            <ul className={css.rows} aria-label={words.list.label} style={{ height: virtual.getTotalSize() }} onKeyDown={onKeyDown}>
              {items.map((item) => {
                const id = ids[item.index] ?? "";
                return (
                  <ListRow
                    key={item.key}
                    ref={virtual.measureElement}
                    id={id}
                    index={item.index}
                    offset={item.start}
                    size={Math.max(list.counts.matching ?? 0, ids.length)}
                    selected={id === selectedId}
                    tabbable={id === tabbable}
                    query={query}
                    search={list.filters.search}
                  />
                );
              })}
            </ul>
          )}
        </div>
      </div>
    </section>
  );
}

function Skeleton() {
  const words = useWords();
  return (
    <div role="img" aria-label={words.loading}>
      {Array.from({ length: 7 }, (_, index) => (
        <div key={index} className={css.skeleton}>
          <i />
          <b />
          <span />
          <em />
        </div>
      ))}
    </div>
  );
}
