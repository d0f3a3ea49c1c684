/** Time as the app sees it, so that tests can turn it by hand. */

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Call once after `ms` milliseconds; returns what cancels it. */
  after(ms: number, call: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};
