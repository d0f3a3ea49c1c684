/** Reading one conversation: its newest page, older ones as one scrolls up, what a hole left out, and the read mark. */
import type { EventPage, LogEvent } from "../gateway/contract";
import { ProblemError, reasonOf } from "../gateway/errors";
import { emptyChat, firstSeq, holeAfter, lastSeq, type Pending } from "../state/chat";
import type { Ports } from "./ports";

const PAGE = 50;
const MOST_FORWARD_PAGES = 20;
const JUMP_PAGE = 200;
/** Further back the first unread message is not looked for: opening takes no longer than a moment. */
const MOST_UNREAD = 400;
const READ_PAUSE_MS = 400;
const AHEAD_MS = 3000;

/** Whether a message that was asked for is there; unknown: it could not be loaded now. */
export type Found = "there" | "missing" | "unknown";

export interface Reading {
  /** Somebody is about to open it: ask for its newest page now, not only when it is drawn. */
  prepare(id: string): void;
  open(id: string): Promise<void>;
  leave(id: string): void;
  /** Leave all of them: another account may come. */
  reset(): void;
  /** The ids of the opened conversations, for a socket that has come back. */
  opened(): readonly string[];
  /** Tell the socket again what is open. */
  subscribe(): void;
  loadOlder(id: string): Promise<void>;
  /** Load everything from `seq` on. */
  loadBackTo(id: string, seq: number): Promise<Found>;
  /** Fetch what is missing after the newest known event. */
  catchUp(id: string): Promise<void>;
  /** The events up to `seq` have been drawn on the screen. */
  seen(id: string, seq: number): void;
}

/** `onOpened` is told when a conversation is open with its history there; `kept` has what was sent from an earlier page and is not known to be written. */
export function createReading({ api, store, clock, socket }: Ports, onOpened: (id: string) => void, kept: (id: string) => readonly Pending[]): Reading {
  const opened = new Set<string>();
  const catching = new Map<string, Promise<void>>();
  /** Older pages under way. */
  const climbing = new Map<string, Promise<void>>();
  const marks = new Map<string, number>();
  /** Asked for ahead, and when. */
  let ahead: { readonly id: string; readonly page: Promise<EventPage>; readonly at: number } | undefined;

  const chatOf = (id: string) => store.state().chats[id];

  function subscribe(id: string): void {
    const chat = chatOf(id);
    if (chat !== undefined && lastSeq(chat) > 0) socket.send({ type: "conversation.open", conversation_id: id, after_seq: lastSeq(chat) });
  }

  function failed(id: string, error: unknown): void {
    if (error instanceof ProblemError && error.status === 404) store.dispatch({ type: "row.missing", id });
    store.dispatch({ type: "chat.failed", id, reason: reasonOf(error) });
  }

  /** One at a time: who asks meanwhile waits for it. */
  function catchUp(id: string): Promise<void> {
    const underWay = catching.get(id);
    if (underWay !== undefined) return underWay;
    const fetching = fetchForward(id).finally(() => catching.delete(id));
    catching.set(id, fetching);
    return fetching;
  }

  async function fetchForward(id: string): Promise<void> {
    try {
      for (let page = 0; page < MOST_FORWARD_PAGES; page += 1) {
        const chat = chatOf(id);
        if (chat === undefined) return;
        const answer = await api.conversations.events(id, { after_seq: lastSeq(chat), limit: 200 });
        store.dispatch({ type: "chat.page", id, page: answer });
        const now = chatOf(id);
        if (answer.more !== true && (now === undefined || holeAfter(now) === undefined)) return;
      }
      // So far behind that the end is fetched anew: what lies between comes when one scrolls up.
      store.dispatch({ type: "chat.restarted", id, page: await api.conversations.events(id, { limit: PAGE }) });
    } catch (error) {
      failed(id, error);
    }
  }

  /** The newest page, and as much before it as the first unread message needs. */
  async function withUnread(id: string, page: EventPage): Promise<EventPage> {
    const first = page.events[0]?.seq ?? 0;
    const missing = first - 1 - (chatOf(id)?.readAtOpening ?? 0);
    if (chatOf(id)?.readAtOpening === 0 || missing <= 0 || missing > MOST_UNREAD) return page;
    const events = [...(await before(id, first, first - missing)), ...page.events];
    return { ...page, events };
  }

  /** Events before `end` down to `seq`, in ascending seq. */
  async function before(id: string, end: number, seq: number): Promise<readonly LogEvent[]> {
    let events: readonly LogEvent[] = [];
    for (let first = end; first > Math.max(seq, 1); ) {
      const page = await api.conversations.events(id, { before_seq: first, limit: JUMP_PAGE });
      events = [...page.events, ...events];
      const next = page.events[0]?.seq;
      if (next === undefined || next >= first) break;
      first = next;
    }
    return events;
  }

  async function loadLandmarks(id: string): Promise<void> {
    if (chatOf(id)?.more !== true) return;
    try {
      store.dispatch({ type: "chat.landmarks", id, events: (await api.conversations.landmarks(id)).events });
    } catch {
      // They come with the pages when one scrolls up.
    }
  }

  /** The newest page; one that was asked for a moment ago is new enough, for the socket goes on from its end. */
  function newest(id: string): Promise<EventPage> {
    const asked = ahead;
    ahead = undefined;
    return asked?.id === id && clock.now() - asked.at < AHEAD_MS ? asked.page : api.conversations.events(id, { limit: PAGE });
  }

  async function load(id: string): Promise<void> {
    store.dispatch({ type: "chat.loading", id, what: "first" });
    try {
      const page = await newest(id);
      store.dispatch({ type: "chat.page", id, page: await withUnread(id, page) });
      if (opened.has(id)) subscribe(id);
    } catch (error) {
      failed(id, error);
    }
  }

  async function fetchOlder(id: string, before_seq: number): Promise<void> {
    try {
      store.dispatch({ type: "chat.page", id, page: await api.conversations.events(id, { before_seq, limit: PAGE }) });
    } catch (error) {
      failed(id, error);
    }
  }

  function mark(id: string): void {
    const seq = marks.get(id);
    marks.delete(id);
    if (seq === undefined || seq <= (store.state().rows[id]?.read_seq ?? 0)) return;
    void api.conversations.markRead(id, seq).then(
      (answer) => store.dispatch({ type: "row.read", id, seq: answer.read_seq ?? seq, unread: answer.unread ?? 0 }),
      () => undefined, // The next seen event marks again.
    );
  }

  return {
    prepare(id) {
      if (opened.has(id) || chatOf(id) !== undefined || (ahead?.id === id && clock.now() - ahead.at < AHEAD_MS)) return;
      const page = api.conversations.events(id, { limit: PAGE });
      // Whoever opens it meets the failure.
      page.catch(() => undefined);
      ahead = { id, page, at: clock.now() };
    },
    async open(id) {
      opened.add(id);
      store.dispatch({ type: "chat.opened", id, kept: kept(id) });
      const chat = chatOf(id);
      if (chat !== undefined && lastSeq(chat) > 0) {
        subscribe(id);
        await catchUp(id);
      } else {
        await load(id);
      }
      onOpened(id);
      await loadLandmarks(id);
    },
    leave(id) {
      store.dispatch({ type: "chat.left", id });
      if (opened.delete(id)) socket.send({ type: "conversation.close", conversation_id: id });
    },
    reset() {
      opened.clear();
      marks.clear();
      ahead = undefined;
    },
    opened: () => [...opened],
    subscribe: () => opened.forEach(subscribe),
    async loadOlder(id) {
      const chat = chatOf(id);
      if (chat === undefined || !chat.more || chat.loading !== "no" || chat.events.length === 0) return;
      store.dispatch({ type: "chat.loading", id, what: "older" });
      const page = fetchOlder(id, firstSeq(chat)).finally(() => climbing.delete(id));
      climbing.set(id, page);
      await page;
    },
    async loadBackTo(id, seq) {
      await climbing.get(id);
      // What is kept from the last time may end before it.
      if (seq > lastSeq(chatOf(id) ?? emptyChat(id, 0))) await catchUp(id);
      const chat = chatOf(id);
      if (chat === undefined || chat.events.length === 0 || chat.loading !== "no" || chat.failed !== undefined) return "unknown";
      const first = firstSeq(chat);
      if (seq > lastSeq(chat) || seq < 1) return "missing";
      if (seq >= first) return "there";
      store.dispatch({ type: "chat.loading", id, what: "older" });
      try {
        store.dispatch({ type: "chat.page", id, page: { events: await before(id, first, seq) } });
        return "there";
      } catch (error) {
        failed(id, error);
        return "unknown";
      }
    },
    catchUp,
    seen(id, seq) {
      store.dispatch({ type: "chat.seen", id, seq });
      if (seq <= (marks.get(id) ?? store.state().rows[id]?.read_seq ?? 0)) return;
      const waiting = marks.has(id);
      marks.set(id, seq);
      if (!waiting) clock.after(READ_PAUSE_MS, () => mark(id));
    },
  };
}
