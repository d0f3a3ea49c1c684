/**
 * The one socket of the page: it opens, notices silence, comes back with growing pauses, and stops when the server says so.
 * What is sent while it is down is not kept: who needs it sent again says so in `onOpen`.
 */
import type { Clock } from "./clock";
import { type ClientFrame, meansStop, parseFrame, type ServerFrame } from "./frames";

export type SocketPhase = "connecting" | "open" | "waiting" | "stopped";

export interface SocketStatus {
  readonly phase: SocketPhase;
  /** When the next attempt is made, in milliseconds since the epoch; only while waiting. */
  readonly retryAt?: number;
  readonly closeCode?: number;
}

export interface SocketHandlers {
  /** The server said hello: subscribe or resume now. */
  onOpen(): void;
  onFrame(frame: ServerFrame): void;
  onStatus(status: SocketStatus): void;
  /** The upgrade was refused: the access cookie may have run out. Resolves when another attempt makes sense. */
  beforeRetry(): Promise<void>;
}

export interface Socket {
  start(): void;
  send(frame: ClientFrame): void;
  /** Try again at once, for instance when the browser says that it is online; a connection that has been silent for too long, as after a sleep, is given up first. */
  retryNow(): void;
  /** Give the connection up: the device has no network. It comes back as after any loss. */
  drop(): void;
  stop(): void;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
const DEFAULT_HEARTBEAT_SECONDS = 10;

/** The pause before attempt n (0 is the first), with jitter so that a restart of the gateway is not met by everyone at once. */
export function pauseBefore(attempt: number, random: number): number {
  const full = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
  return Math.round(full * (0.5 + random / 2));
}

export function createSocket(connect: () => WebSocket, clock: Clock, handlers: SocketHandlers, random: () => number = Math.random): Socket {
  let current: WebSocket | undefined;
  let attempt = 0;
  let heartbeatMs = DEFAULT_HEARTBEAT_SECONDS * 1000;
  let cancelTimer: () => void = () => undefined;
  let stopped = true;
  let heardAt = clock.now();

  function timer(ms: number, call: () => void): void {
    cancelTimer();
    cancelTimer = clock.after(ms, call);
  }

  const longestSilence = () => heartbeatMs * 2.5;

  /** Two heartbeats without any frame: the connection is dead even if the browser has not noticed. */
  function expectFrame(ws: WebSocket): void {
    heardAt = clock.now();
    timer(longestSilence(), () => lost(ws, 4000));
  }

  function open(): void {
    cancelTimer();
    handlers.onStatus({ phase: "connecting" });
    const ws = connect();
    current = ws;
    expectFrame(ws);
    ws.onmessage = (message) => {
      if (ws !== current) return;
      expectFrame(ws);
      const frame = typeof message.data === "string" ? parseFrame(message.data) : undefined;
      if (frame !== undefined) receive(ws, frame);
    };
    ws.onclose = (event) => lost(ws, event.code);
  }

  function receive(ws: WebSocket, frame: ServerFrame): void {
    if (frame.type === "hello") {
      attempt = 0;
      heartbeatMs = (frame.heartbeat_seconds ?? DEFAULT_HEARTBEAT_SECONDS) * 1000;
      expectFrame(ws);
      handlers.onStatus({ phase: "open" });
      handlers.onOpen();
    } else if (frame.type === "ping") {
      ws.send(JSON.stringify({ type: "pong" }));
    }
    handlers.onFrame(frame);
  }

  function lost(ws: WebSocket, closeCode: number): void {
    if (ws !== current) return;
    current = undefined;
    cancelTimer();
    ws.close();
    if (stopped) return;
    if (meansStop(closeCode)) {
      stopped = true;
      handlers.onStatus({ phase: "stopped", closeCode });
      return;
    }
    const pause = pauseBefore(attempt++, random());
    handlers.onStatus({ phase: "waiting", retryAt: clock.now() + pause, closeCode });
    timer(pause, retry);
  }

  function retry(): void {
    cancelTimer();
    void handlers.beforeRetry().then(
      () => {
        if (!stopped && current === undefined) open();
      },
      () => {
        if (!stopped && current === undefined) timer(pauseBefore(attempt++, random()), retry);
      },
    );
  }

  return {
    start() {
      if (!stopped) return;
      stopped = false;
      attempt = 0;
      open();
    },
    send(frame) {
      if (current?.readyState === WebSocket.OPEN) current.send(JSON.stringify(frame));
    },
    drop() {
      if (current !== undefined) lost(current, 4000);
    },
    retryNow() {
      // Timers stand still while a laptop sleeps, its clock does not.
      if (current !== undefined && clock.now() - heardAt > longestSilence()) lost(current, 4000);
      if (!stopped && current === undefined) retry();
    },
    stop() {
      stopped = true;
      cancelTimer();
      const ws = current;
      current = undefined;
      ws?.close(1000);
    },
  };
}
