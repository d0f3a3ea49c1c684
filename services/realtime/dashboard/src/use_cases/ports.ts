/** What the use cases work with; main.tsx joins them to the real things, tests to fakes. */
import type { Api } from "../gateway/api";
import type { Clock } from "../gateway/clock";
import type { Socket } from "../gateway/socket";
import type { Store } from "../state/store";

export interface Ports {
  readonly api: Api;
  readonly store: Store;
  readonly clock: Clock;
  readonly socket: Pick<Socket, "send" | "start" | "stop" | "retryNow" | "drop">;
  /** A fresh id of a command: a UUID in canonical form. */
  readonly newId: () => string;
  /** Call once before the next frame is drawn: what comes in between is drawn together. */
  readonly beforeDrawing: (call: () => void) => void;
}
