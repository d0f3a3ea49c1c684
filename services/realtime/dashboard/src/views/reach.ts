/** What the page asks for again and again while it is open: who watches, and until when somebody who is away keeps a conversation. */
import { useQuery } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import type { Row, Watcher } from "../gateway/contract";
import { isConnected, isLeftWaiting, returnsAt } from "../state/reachable";
import { useApp, useAtNow, useMe } from "./context";

const WATCHERS_EVERY_MS = 10_000;
const AGENTS_EVERY_MS = 15_000;

/** Who watches, asked once for all that is drawn: every row and every message wants to know. */
export const WatchersContext = createContext<readonly Watcher[] | undefined>(undefined);

/** Which consumers watch, as of the last seconds; undefined while that is not known. */
export const useWatchers = (): readonly Watcher[] | undefined => useContext(WatchersContext);

/** What the context is given. */
export function useAskedWatchers(): readonly Watcher[] | undefined {
  const app = useApp();
  return useQuery({ queryKey: ["watchers"], queryFn: app.ports.api.watchers, refetchInterval: WATCHERS_EVERY_MS, staleTime: WATCHERS_EVERY_MS }).data;
}

/** False once the platform of this conversation has been away for 30 s; undefined while that is not known. */
export function useConnected(row: Row | undefined): boolean | undefined {
  const watchers = useWatchers();
  return row === undefined ? undefined : isConnected(watchers, row);
}

/** When the conversation leaves a colleague who is not there, in milliseconds since the epoch; undefined also while the server cannot be asked: nothing is made up here. */
export function useReturnsAt(row: Row | undefined): number | undefined {
  const app = useApp();
  const me = useMe().account.id;
  const ofOther = row?.control.holder === "human" && row.control.agent?.id !== me;
  const agents = useQuery({ queryKey: ["agents"], queryFn: app.ports.api.agents, refetchInterval: AGENTS_EVERY_MS, staleTime: AGENTS_EVERY_MS, enabled: ofOther });
  return ofOther && agents.isSuccess ? returnsAt(row.control, agents.data) : undefined;
}

/** True when a human has left this user waiting for longer than the workspace wants, and this person is to see it. */
export function useLeftWaiting(row: Row): boolean {
  const app = useApp();
  const me = useMe().account;
  const waits = row.control.holder === "human" && row.oldest_unanswered_at !== undefined;
  const settings = useQuery({ queryKey: ["settings"], queryFn: app.ports.api.settings.get, enabled: waits, staleTime: 5 * 60_000 });
  return useAtNow((now) => isLeftWaiting(row, me, now, settings.data?.settings.unanswered_seconds));
}
