/** Everything the page can do, put together. */
import { createSeconds, type Seconds } from "../gateway/clock";
import type { Agent, Row } from "../gateway/contract";
import type { Filters } from "../state/filters";
import { createDrafts, type Drafts } from "../state/drafts";
import { type Acting, createActing } from "./acting";
import { createSavedViews, type SavedViews } from "../state/views";
import { type Alerting, createAlerting, noWays } from "./alerting";
import { createAnnouncing } from "./announcing";
import { createListing, type Listing } from "./listing";
import { createLiving, type Living } from "./living";
import { createKeeping } from "./keeping";
import { createLettingGo, type LettingGo } from "./letting";
import type { Ports } from "./ports";
import { createReading, type Reading } from "./reading";
import { createSessionWork, type SessionWork } from "./session";

export interface App {
  readonly ports: Ports;
  /** The time that views draw. */
  readonly seconds: Seconds;
  readonly session: SessionWork;
  readonly listing: Listing;
  readonly reading: Reading;
  readonly acting: Acting;
  readonly letting: LettingGo;
  readonly alerting: Alerting;
  /** Named lists of the account that is logged in. */
  views(): SavedViews;
  /** Kept words of the account that is logged in. */
  drafts(): Drafts;
  typing(id: string, active: boolean): void;
  /** Say that a colleague has it now, with Undo. */
  tellTransferred(id: string, to: string): void;
  /** Say that a link leads to a message that there is not. */
  tellMissingMessage(id: string, seq: number): void;
  /** Transfer from the list: what was seen is the row. */
  transferQuickly(row: Row, to: Agent): Promise<void>;
  /** The browser says that it is online again: do not wait for the pause to end. */
  online(): void;
  /** The browser says that the device has no network. */
  offline(): void;
  showList(filters: Filters): void;
}

const PROBLEM_MS = 15_000;

/** `makeSocket` gets the handlers, because the socket and what feeds on it need each other. */
export function createApp(ports: Omit<Ports, "socket">, makeSocket: (living: Living) => Ports["socket"], storage: Storage | undefined, ways = noWays): App {
  // The socket is made last, because its handlers are these parts; none of them uses it before.
  const all: Ports = {
    ...ports,
    socket: {
      send: (frame) => socket.send(frame),
      start: () => socket.start(),
      stop: () => socket.stop(),
      retryNow: () => socket.retryNow(),
      drop: () => socket.drop(),
    },
  };
  const session = createSessionWork(all, {
    started() {
      living.start();
      all.socket.start();
    },
    stopped() {
      living.stop();
      listing.reset();
      reading.reset();
      all.socket.stop();
    },
  });
  const living = createLiving(all, () => ({ listing, reading }), session.check);
  const listing = createListing(all, living.onSnapshot);
  const announcing = createAnnouncing(all);
  const reading = createReading(all, announcing.opened, createKeeping(all, storage).kept);
  const socket = makeSocket(living);
  const acting = createActing(all);
  const letting = createLettingGo(all, acting);
  const alerting = createAlerting(all, ways, storage);
  const { store, clock } = ports;
  const tellTransferred = (conversationId: string, to: string) =>
    store.dispatch({ type: "notice.added", notice: { id: `transferred-${conversationId}`, kind: "transferred", conversationId, to, epoch: store.state().acknowledged[conversationId]?.control.epoch ?? 0 } });
  let views: { accountId: string; of: SavedViews } | undefined;
  const accountNow = () => {
    const now = ports.store.state().session;
    return now.phase === "in" ? now.account.id : "";
  };
  let drafts: { accountId: string; of: Drafts } | undefined;
  return {
    ports: all,
    seconds: createSeconds(ports.clock),
    session,
    listing,
    reading,
    acting,
    letting,
    alerting,
    drafts() {
      const accountId = accountNow();
      if (drafts?.accountId !== accountId) drafts = { accountId, of: createDrafts(storage, accountId) };
      return drafts.of;
    },
    views() {
      const accountId = accountNow();
      if (views?.accountId !== accountId) views = { accountId, of: createSavedViews(storage, accountId) };
      return views.of;
    },
    tellTransferred,
    tellMissingMessage(id, seq) {
      store.dispatch({ type: "notice.added", notice: { id: `missing-${id}-${seq}`, kind: "problem", reason: "MESSAGE_NOT_FOUND", until: clock.now() + PROBLEM_MS } });
    },
    async transferQuickly(row, to) {
      const ended = await acting.transfer(row.conversation_id, to.id, "", "", row.seq);
      if (ended.ok) tellTransferred(row.conversation_id, to.display_name);
      else store.dispatch({ type: "notice.added", notice: { id: `transfer-${row.conversation_id}`, kind: "problem", reason: ended.reason, who: ended.who, until: clock.now() + PROBLEM_MS } });
    },
    typing: (conversation_id, active) => all.socket.send({ type: "typing", conversation_id, active }),
    online() {
      store.dispatch({ type: "live.network", offline: false, now: clock.now() });
      all.socket.retryNow();
    },
    offline() {
      store.dispatch({ type: "live.network", offline: true, now: clock.now() });
      all.socket.drop();
    },
    showList: listing.show,
  };
}
