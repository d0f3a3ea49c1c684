/** Tells what the page points out by the other ways too: on the desktop and by a sound, once over all tabs, and takes it back everywhere. */
import type { Desktop } from "../gateway/desktop";
import type { Sound } from "../gateway/sound";
import type { Tabs } from "../gateway/tabs";
import type { AlertSettings } from "../state/alerts";
import { isAlertsKey, readAlerts, writeAlerts } from "../state/alerts";
import { matches, parseFilters } from "../state/filters";
import { alertKindOf, isMore, type Notice, targetOf } from "../state/notices";
import type { Attending } from "../state/attending";
import type { Ports } from "./ports";

/** What tabs of one account tell each other. */
export type TabMessage =
  | { readonly type: "settled"; readonly id: string }
  | { readonly type: "read"; readonly id: string; readonly seq: number; readonly unread: number }
  | { readonly type: "presence"; readonly presence: Attending["presence"] };

/** How to reach somebody who does not look at the page. */
export interface Ways {
  readonly desktop: Desktop;
  readonly sound: Sound;
  readonly tabs: Tabs<TabMessage>;
  /** Bring the page to the front, with that conversation. */
  open(conversationId: string): void;
}

export interface Alerting {
  readonly desktop: Ways["desktop"];
  choose(settings: AlertSettings): void;
  setPresence(presence: Attending["presence"]): void;
  /** Let the chosen volume be heard. */
  tryVolume(volume: number): void;
  /** The words of a notice, in the language of the page. */
  describeWith(words: (notice: Notice) => { readonly title: string; readonly body: string }): void;
  /** Another tab has changed something that this browser keeps. */
  onStored(key: string | null): void;
}

const SOUND_PAUSE_MS = 5000;
/** As long another tab may say that its person sees it. */
const SETTLE_MS = 300;

export function createAlerting({ store, clock, socket }: Ports, ways: Ways, storage: Storage | undefined): Alerting {
  let account: string | undefined;
  let known: ReadonlyMap<string, Notice> = new Map();
  let last = store.state();
  let soundAt = -Infinity;
  let isReceiving = false;
  let describe: (notice: Notice) => { readonly title: string; readonly body: string } = ({ id }) => ({ title: id, body: "" });

  const current = (id: string) => store.state().notices.find((notice) => notice.id === id);

  function receive(message: TabMessage): void {
    isReceiving = true;
    if (message.type === "settled") store.dispatch({ type: "notice.dismissed", id: message.id });
    if (message.type === "read") store.dispatch({ type: "row.read", id: message.id, seq: message.seq, unread: message.unread });
    if (message.type === "presence") store.dispatch({ type: "presence.told", presence: message.presence });
    isReceiving = false;
  }

  function tell(message: TabMessage): void {
    if (!isReceiving) ways.tabs.tell(message);
  }

  function alert(id: string): void {
    const notice = current(id);
    if (notice === undefined) return;
    const kind = alertKindOf(notice);
    if (kind === undefined) return;
    const { alerts } = store.state();
    const onDesktop = notice.kind === "new" ? isWanted(notice.conversationIds.at(-1) ?? "", alerts) : alerts.kinds[kind].desktop;
    if (onDesktop && ways.tabs.isFirst() && ways.desktop.permission() === "granted") {
      const { title, body } = describe(notice);
      const target = targetOf(notice);
      ways.desktop.show(id, title, body, () => target !== undefined && ways.open(target));
    }
    if (alerts.kinds[kind].sound) sound(alerts.volume);
  }

  function sound(volume: number): void {
    if (volume === 0 || clock.now() - soundAt < SOUND_PAUSE_MS) return;
    soundAt = clock.now();
    ways.sound.play(volume);
  }

  /** Desktop for new conversations is chosen list by list. */
  function isWanted(id: string, { newOnDesktop }: AlertSettings): boolean {
    const row = store.state().rows[id];
    return row !== undefined && account !== undefined && newOnDesktop.some((query) => matches(row, parseFilters(query), account ?? "", false));
  }

  function onNotices(notices: readonly Notice[]): void {
    for (const notice of notices) {
      if (!isMore(known.get(notice.id), notice)) continue;
      if (notice.due === undefined) clock.after(SETTLE_MS, () => alert(notice.id));
      else clock.after(Math.max(0, notice.due - clock.now()), () => store.dispatch({ type: "tick", now: clock.now() }));
    }
    const now = new Map(notices.map((notice) => [notice.id, notice]));
    for (const id of known.keys()) {
      if (now.has(id)) continue;
      ways.desktop.withdraw(id);
      tell({ type: "settled", id });
    }
    known = now;
  }

  function onSession(): void {
    const { session } = store.state();
    const id = session.phase === "in" ? session.account.id : undefined;
    if (id === account) return;
    account = id;
    ways.tabs.leave();
    if (id === undefined) return;
    ways.tabs.join(id, receive);
    store.dispatch({ type: "alerts.chosen", alerts: readAlerts(storage, id) });
  }

  /** What is read or seen here is so in the other tabs. */
  function onReading(): void {
    const state = store.state();
    const id = state.openId;
    if (id === undefined || state.rows[id] === last.rows[id]) return;
    const [row, before] = [state.rows[id], last.rows[id]];
    if (row === undefined || before === undefined) return;
    if (state.watched && row.user_message_count !== before.user_message_count) tell({ type: "settled", id: `message-${id}` });
    if (row.read_seq !== undefined && row.read_seq !== before.read_seq) tell({ type: "read", id, seq: row.read_seq, unread: row.unread ?? 0 });
  }

  store.subscribe(() => {
    const state = store.state();
    onSession();
    onReading();
    const changed = state.notices !== last.notices;
    last = state;
    if (changed) onNotices(state.notices);
  });

  return {
    desktop: ways.desktop,
    choose(alerts) {
      store.dispatch({ type: "alerts.chosen", alerts });
      if (account !== undefined) writeAlerts(storage, account, alerts);
    },
    setPresence(presence) {
      store.dispatch({ type: "presence", presence });
      socket.send({ type: "presence", presence });
      tell({ type: "presence", presence });
    },
    tryVolume: ways.sound.sample,
    describeWith(words) {
      describe = words;
    },
    onStored(key) {
      if (account !== undefined && isAlertsKey(key, account)) store.dispatch({ type: "alerts.chosen", alerts: readAlerts(storage, account) });
    },
  };
}

/** Nobody is reached but by the page itself. */
export const noWays: Ways = {
  desktop: { permission: () => "unsupported", ask: () => Promise.resolve("unsupported"), show: () => undefined, withdraw: () => undefined },
  sound: { play: () => undefined, sample: () => undefined },
  tabs: { join: () => undefined, leave: () => undefined, tell: () => undefined, isFirst: () => true },
  open: () => undefined,
};
