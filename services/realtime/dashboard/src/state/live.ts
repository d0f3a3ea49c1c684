/** How live the page is, and since when it is not. */

export interface Live {
  readonly phase: "connecting" | "open" | "waiting" | "stopped";
  /** Since when no frame comes, in milliseconds; kept until the socket is open again. */
  readonly lostSince?: number | undefined;
  readonly retryAt?: number | undefined;
  /** Since when the server itself is cut off from the events, as it says. */
  readonly staleSince?: string | undefined;
  readonly wasOpen: boolean;
  /** The browser says that the device has no network. */
  readonly offline?: boolean | undefined;
}

export const notYetLive: Live = { phase: "connecting", wasOpen: false };

export function withPhase(live: Live, phase: Live["phase"], now: number, retryAt?: number): Live {
  if (phase === "open") return { ...live, phase, wasOpen: true, lostSince: undefined, retryAt: undefined, staleSince: undefined, offline: false };
  return { ...live, phase, retryAt, lostSince: live.lostSince ?? (phase === "connecting" && !live.wasOpen ? undefined : now) };
}

/** The device lost its network or has it again; a socket that looks open then is not believed. */
export function withNetwork(live: Live, offline: boolean, now: number): Live {
  return { ...live, offline, lostSince: offline ? (live.lostSince ?? now) : live.lostSince };
}

export type LiveWord = "connecting" | "live" | "stale" | "reconnecting" | "offline" | "stopped";

export function liveWord(live: Live): LiveWord {
  if (live.phase === "stopped") return "stopped";
  if (live.offline === true) return "offline";
  if (live.phase === "open") return live.staleSince === undefined ? "live" : "stale";
  return live.lostSince === undefined ? "connecting" : "reconnecting";
}
