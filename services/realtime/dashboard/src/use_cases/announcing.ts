/** Feeds the announcer: words that come into the open conversation after it was opened, at most one saying in five seconds; urgent ones at once. */
import { lastSeq } from "../state/chat";
import { type Arrival, arrivals, type Saying } from "../state/announcing";
import type { Ports } from "./ports";

const PAUSE_MS = 5000;

export interface Announcing {
  /** The conversation is open and its history is there: what comes from now on is news. */
  opened(id: string): void;
}

export function createAnnouncing({ store, clock }: Pick<Ports, "store" | "clock">): Announcing {
  let open: { readonly id: string; heard: number } | undefined;
  let waiting: Arrival[] = [];
  let saidAt = -Infinity;
  let cancel: (() => void) | undefined;
  let key = 0;
  let failed: ReadonlySet<string> = new Set();
  let last = store.state();

  const say = (said: Saying) => store.dispatch({ type: "announced", announcement: { ...said, key: ++key } });

  function sayWaiting(): void {
    cancel = undefined;
    const [first, ...more] = waiting;
    if (first === undefined) return;
    waiting = [];
    saidAt = clock.now();
    say(more.length === 0 ? { kind: "message", ...first } : { kind: "messages", count: more.length + 1 });
  }

  function forget(): void {
    open = undefined;
    waiting = [];
    cancel?.();
    cancel = undefined;
  }

  function listen(): void {
    const state = store.state();
    if (open !== undefined && state.openId !== open.id) forget();
    const chat = open === undefined ? undefined : state.chats[open.id];
    if (open === undefined || chat === undefined || lastSeq(chat) <= open.heard) return;
    const meId = state.session.phase === "in" ? state.session.account.id : "";
    waiting.push(...arrivals(chat.events, open.heard, meId));
    open.heard = lastSeq(chat);
    if (waiting.length === 0 || cancel !== undefined) return;
    const pause = saidAt + PAUSE_MS - clock.now();
    if (pause <= 0) sayWaiting();
    else cancel = clock.after(pause, sayWaiting);
  }

  function listenForTrouble(): void {
    const state = store.state();
    if (state.chats !== last.chats) {
      const now = Object.values(state.chats).flatMap((chat) => chat.pending.filter((item) => item.state === "failed" && item.kept !== true).map((item) => item.commandId));
      const isNew = now.some((id) => !failed.has(id));
      failed = new Set(now);
      if (isNew) say({ kind: "send_failed" });
    }
    if (state.notices !== last.notices) {
      const lost = state.notices.find((notice) => notice.kind === "control_lost" && !last.notices.some(({ id }) => id === notice.id));
      last = state;
      if (lost?.kind === "control_lost") say({ kind: "control_lost", name: lost.name, to: lost.to });
    }
    last = state;
  }

  store.subscribe(() => {
    listen();
    listenForTrouble();
  });

  return {
    opened(id) {
      const chat = store.state().chats[id];
      if (store.state().openId === id && chat !== undefined) open = { id, heard: lastSeq(chat) };
    },
  };
}
