/** How live the page is, and since when it is not. */

export interface Live {
  readonly phase: "connecting" | "open" | "waiting" | "stopped";
  /** Since when no frame comes, in milliseconds; kept until the socket is open again. */
  readonly lostSince?: number | undefined;
  readonly retryAt?: number | undefined;
  /** Since when the server itself is cut off from the events, as it says. */
  readonly staleSince?: string | undefined;
  readonly wasOpen: boolean;
}

export const notYetLive: Live = { phase: "connecting", wasOpen: false };

export function withPhase(live: Live, phase: Live["phase"], now: number, retryAt?: number): Live {
  if (phase === "open") return { ...live, phase, wasOpen: true, lostSince: undefined, retryAt: undefined, staleSince: undefined };
  return { ...live, phase, retryAt, lostSince: live.lostSince ?? (phase === "connecting" && !live.wasOpen ? undefined : now) };
}

export type LiveWord = "connecting" | "live" | "stale" | "reconnecting" | "stopped";

export function liveWord(live: Live): LiveWord {
  if (live.phase === "stopped") return "stopped";
  if (live.phase === "open") return live.staleSince === undefined ? "live" : "stale";
  return live.lostSince === undefined ? "connecting" : "reconnecting";
}
