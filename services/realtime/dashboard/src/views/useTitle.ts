/** The tab's title: how many need a human, and what was pointed out last. */
import { useEffect, useMemo } from "react";
import { alertKindOf } from "../state/notices";
import { useAppState, useWords } from "./context";
import { noticeTitle } from "./noticeWords";

export function useTitle(): void {
  const words = useWords();
  const { kinds } = useAppState((state) => state.alerts);
  const needs = useAppState((state) => state.list.counts.needs_human ?? 0);
  const notices = useAppState((state) => state.notices);
  const newest = useMemo(
    () =>
      notices.findLast((notice) => {
        const kind = alertKindOf(notice);
        return notice.due === undefined && kind !== undefined && kinds[kind].title;
      }),
    [notices, kinds],
  );
  const news = useAppState((state) => (newest === undefined ? undefined : noticeTitle(newest, words, state.rows)));
  const count = kinds.needs_human.title && needs > 0 ? `(${needs}) ` : "";
  useEffect(() => {
    document.title = `${count}${news === undefined ? "" : `${news} · `}${words.product}`;
  }, [count, news, words]);
}
