/** What views get without being handed it: the app, the words, the preferences, the place in the URL, the time. */
import { createContext, useCallback, useContext, useMemo, useState, useSyncExternalStore } from "react";
import type { Row, SessionInfo } from "../gateway/contract";
import { type AppState, createRowOf } from "../state/app";
import type { Preferences } from "../state/preferences";
import { parseRoute, type Route } from "../state/route";
import type { App } from "../use_cases/app";
import type { Words } from "../words/en";
import type { Format } from "./format";

export interface Surroundings {
  readonly app: App;
  readonly words: Words;
  readonly format: Format;
  readonly preferences: Preferences;
  readonly setPreferences: (preferences: Preferences) => void;
}

export const SurroundingsContext = createContext<Surroundings | undefined>(undefined);

export function useSurroundings(): Surroundings {
  const value = useContext(SurroundingsContext);
  if (value === undefined) throw new Error("a view was drawn outside of the app");
  return value;
}

export const useApp = (): App => useSurroundings().app;
export const useWords = (): Words => useSurroundings().words;
export const useFormat = (): Format => useSurroundings().format;

/** What `select` picks of the state; drawn again when that changes, by identity. */
export function useAppState<T>(select: (state: AppState) => T): T {
  const { store } = useApp().ports;
  return useSyncExternalStore(store.subscribe, () => select(store.state()));
}

/** The row of a conversation with the newest control that is known. */
export function useRow(id: string): Row | undefined {
  const [rowOf] = useState(createRowOf);
  return useAppState((state) => rowOf(state, id));
}

/** Who is logged in. Only for views behind the login. */
export function useMe(): SessionInfo {
  const session = useAppState((state) => state.session);
  if (session.phase !== "in") throw new Error("nobody is logged in");
  return session;
}

const MOVED = "baton:moved";

/** Go to a path of the dashboard without loading the page. */
export function navigate(path: string, how: "push" | "replace" = "push"): void {
  if (how === "push") history.pushState(null, "", path);
  else history.replaceState(null, "", path);
  window.dispatchEvent(new Event(MOVED));
}

function subscribeToPlace(listener: () => void): () => void {
  window.addEventListener("popstate", listener);
  window.addEventListener(MOVED, listener);
  return () => {
    window.removeEventListener("popstate", listener);
    window.removeEventListener(MOVED, listener);
  };
}

/** The URL that one is at. */
export function usePlace(): { readonly url: URL; readonly route: Route } {
  const href = useSyncExternalStore(subscribeToPlace, () => location.href);
  return useMemo(() => {
    const url = new URL(href);
    return { url, route: parseRoute(url) };
  }, [href]);
}

/** What `tell` makes of the time, asked every second, drawn again only when it says something else. */
export function useAtNow<T extends string | number | boolean | undefined>(tell: (now: number) => T): T {
  const { seconds } = useApp();
  return useSyncExternalStore(seconds.subscribe, () => tell(seconds.now()));
}

/** Now, in milliseconds, drawn again every second. */
export function useNow(): number {
  return useAtNow((now) => now);
}

/** True while the media query holds. */
export function useMedia(query: string): boolean {
  const media = useMemo(() => window.matchMedia(query), [query]);
  const subscribe = useCallback(
    (listener: () => void) => {
      media.addEventListener("change", listener);
      return () => media.removeEventListener("change", listener);
    },
    [media],
  );
  return useSyncExternalStore(subscribe, () => media.matches);
}
