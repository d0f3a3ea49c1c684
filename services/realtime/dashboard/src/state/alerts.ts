/** What calls for attention, by which ways, and what one account has chosen of it. */

export type AlertKind = "message" | "transfer" | "control_lost" | "needs_human" | "new";
export type Channel = "page" | "desktop" | "sound" | "title";

export const ALERT_KINDS: readonly AlertKind[] = ["message", "transfer", "control_lost", "needs_human", "new"];
export const CHANNELS: readonly Channel[] = ["page", "desktop", "sound", "title"];

type Choice = Readonly<Record<Channel, boolean>>;

export interface AlertSettings {
  readonly kinds: Readonly<Record<AlertKind, Choice>>;
  /** 0 to 100; 0 is silence. */
  readonly volume: number;
  /** URL queries of lists whose new conversations are also told on the desktop. */
  readonly newOnDesktop: readonly string[];
}

const TO_ME: Choice = { page: true, desktop: true, sound: true, title: true };

export const defaultAlerts: AlertSettings = {
  kinds: {
    message: TO_ME,
    transfer: TO_ME,
    control_lost: TO_ME,
    needs_human: { page: true, desktop: false, sound: true, title: true },
    new: { page: true, desktop: false, sound: false, title: false },
  },
  volume: 60,
  newOnDesktop: [],
};

const MOST_FILTERS = 20;
const key = (accountId: string) => `baton.alerts.${accountId}`;

type Unknown = Readonly<Record<string, unknown>>;
const objectOr = (value: unknown): Unknown => (typeof value === "object" && value !== null ? (value as Unknown) : {});

/** What the account has kept in this browser; what is missing or spoilt is as at first. */
export function readAlerts(storage: Storage | undefined, accountId: string): AlertSettings {
  let kept: Unknown = {};
  try {
    kept = objectOr(JSON.parse(storage?.getItem(key(accountId)) ?? "{}"));
  } catch {
    // As if nothing were kept.
  }
  const kinds = objectOr(kept.kinds);
  const choice = (kind: AlertKind): Choice => {
    const given = objectOr(kinds[kind]);
    const first = defaultAlerts.kinds[kind];
    const of = (channel: Channel) => (typeof given[channel] === "boolean" ? given[channel] : first[channel]);
    return { page: of("page"), desktop: of("desktop"), sound: of("sound"), title: of("title") };
  };
  return {
    kinds: { message: choice("message"), transfer: choice("transfer"), control_lost: choice("control_lost"), needs_human: choice("needs_human"), new: choice("new") },
    volume: typeof kept.volume === "number" && kept.volume >= 0 && kept.volume <= 100 ? kept.volume : defaultAlerts.volume,
    newOnDesktop: Array.isArray(kept.newOnDesktop) ? kept.newOnDesktop.filter((query) => typeof query === "string").slice(0, MOST_FILTERS) : [],
  };
}

export function writeAlerts(storage: Storage | undefined, accountId: string, settings: AlertSettings): void {
  try {
    storage?.setItem(key(accountId), JSON.stringify(settings));
  } catch {
    // They last as long as the page.
  }
}

/** True when a change of the browser's storage is one of these settings. */
export function isAlertsKey(name: string | null, accountId: string): boolean {
  return name === key(accountId);
}

export function withChoice(settings: AlertSettings, kind: AlertKind, channel: Channel, on: boolean): AlertSettings {
  return { ...settings, kinds: { ...settings.kinds, [kind]: { ...settings.kinds[kind], [channel]: on } } };
}

export function withNewOnDesktop(settings: AlertSettings, query: string, on: boolean): AlertSettings {
  const others = settings.newOnDesktop.filter((other) => other !== query);
  return { ...settings, newOnDesktop: on ? [...others, query].slice(-MOST_FILTERS) : others };
}
