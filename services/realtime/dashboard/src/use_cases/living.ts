/** Keeps the page live: joins the list to the socket, feeds frames to the state, comes back by the cursor, and fetches what a resync or a hole asks for. */
import type { LogEvent, RowPatch } from "../gateway/contract";
import type { ServerFrame } from "../gateway/frames";
import type { SocketHandlers } from "../gateway/socket";
import { holeAfter } from "../state/chat";
import type { Listing } from "./listing";
import type { Ports } from "./ports";
import type { Reading } from "./reading";

const TICK_MS = 1000;
/** A tick that comes so much too late means that the device slept: the connection is looked at. */
const SLEPT_MS = 10_000;

export interface Living extends SocketHandlers {
  /** A list snapshot came: subscribe from it unless the list is subscribed already. */
  onSnapshot(projectedAt: string): void;
  start(): void;
  stop(): void;
}

export function createLiving(ports: Ports, parts: () => { listing: Listing; reading: Reading }, checkSession: () => Promise<void>): Living {
  const { store, clock, socket } = ports;
  let cursor: string | undefined;
  let projectedAt: string | undefined;
  let isOpen = false;
  let listSubscribed = false;
  // What this socket has answered. A cursor that comes before the answer would leap over what the answer brings.
  let listAnswered = false;
  const answered = new Set<string>();
  let patches: RowPatch[] = [];
  let events: LogEvent[] = [];
  let drawing = false;
  let tickedAt = clock.now();
  let stopTicking: () => void = () => undefined;

  function allAnswered(): boolean {
    const opened = parts().reading.opened();
    for (const id of answered) if (!opened.includes(id)) answered.delete(id);
    return listAnswered && opened.every((id) => answered.has(id));
  }

  function subscribeList(): void {
    if (!isOpen || listSubscribed || projectedAt === undefined) return;
    listSubscribed = true;
    socket.send({ type: "list.subscribe", projected_at: projectedAt });
  }

  /** Frames that come between two drawings are one change of state. */
  function later(): void {
    if (drawing) return;
    drawing = true;
    ports.beforeDrawing(flush);
  }

  function flush(): void {
    drawing = false;
    const [rowPatches, logEvents] = [patches, events];
    [patches, events] = [[], []];
    const { listing, reading } = parts();
    if (logEvents.length > 0) store.dispatch({ type: "chat.events", events: logEvents });
    if (rowPatches.length > 0) listing.patched(rowPatches);
    for (const id of reading.opened()) {
      const chat = store.state().chats[id];
      if (chat !== undefined && holeAfter(chat) !== undefined) void reading.catchUp(id);
    }
  }

  function resync(scope: "list" | "conversation", id: string | undefined): void {
    const { listing, reading } = parts();
    if (scope === "list") {
      listSubscribed = listAnswered = false;
      projectedAt = undefined;
      void listing.reload();
    }
    if (scope === "conversation" && id !== undefined) {
      answered.delete(id);
      void reading.catchUp(id).then(() => reading.subscribe());
    }
  }

  function onFrame(frame: ServerFrame): void {
    switch (frame.type) {
      case "hello":
        if (frame.stale === true) store.dispatch({ type: "live.stale", since: frame.server_time ?? new Date(clock.now()).toISOString() });
        break;
      case "row":
        patches.push(frame.patch);
        later();
        break;
      case "event":
        events.push(frame.event);
        later();
        break;
      case "ephemeral":
        store.dispatch({ type: "fleeting", frame, now: clock.now() });
        break;
      case "cursor":
      case "ping":
        // What the cursor covers has been received, though perhaps not drawn yet: it is applied before the socket can be lost.
        if (frame.cursor !== undefined && allAnswered()) cursor = frame.cursor;
        // Browsers slow the timers of hidden pages; frames come in time.
        store.dispatch({ type: "tick", now: clock.now() });
        break;
      case "resync":
        resync(frame.scope, frame.conversation_id);
        break;
      case "subscribed":
        if (frame.scope === "list") listAnswered = true;
        else if (frame.conversation_id !== undefined) answered.add(frame.conversation_id);
        break;
      case "stale":
        store.dispatch({ type: "live.stale", since: frame.since ?? new Date(clock.now()).toISOString() });
        break;
      case "live":
        store.dispatch({ type: "live.fresh" });
        break;
      case "presence":
        store.dispatch({ type: "presence.told", presence: frame.presence });
        break;
    }
  }

  function tick(): void {
    const now = clock.now();
    if (now - tickedAt > SLEPT_MS) socket.retryNow();
    tickedAt = now;
    store.dispatch({ type: "tick", now });
    stopTicking = clock.after(TICK_MS, tick);
  }

  return {
    onOpen() {
      isOpen = true;
      listAnswered = false;
      answered.clear();
      const { reading } = parts();
      const { presence, presenceDue } = store.state();
      if (presenceDue === true) socket.send({ type: "presence", presence });
      if (cursor !== undefined && listSubscribed) {
        socket.send({ type: "resume", cursor, list: true, conversations: reading.opened() });
      } else {
        listSubscribed = false;
        subscribeList();
        reading.subscribe();
      }
    },
    onFrame,
    onStatus(status) {
      isOpen = status.phase === "open";
      store.dispatch({ type: "live.phase", phase: status.phase, now: clock.now(), retryAt: status.retryAt });
      if (status.phase === "stopped") void checkSession().catch(() => undefined);
    },
    beforeRetry: checkSession,
    onSnapshot(at) {
      projectedAt = at;
      subscribeList();
    },
    start() {
      stopTicking();
      tickedAt = clock.now();
      tick();
    },
    stop() {
      stopTicking();
      [cursor, projectedAt, isOpen, listSubscribed] = [undefined, undefined, false, false];
      [patches, events] = [[], []];
    },
  };
}
