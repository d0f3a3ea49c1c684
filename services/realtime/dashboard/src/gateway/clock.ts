/** Time as the app sees it, so that tests can turn it by hand. */

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Call once after `ms` milliseconds; returns what cancels it. */
  after(ms: number, call: () => void): () => void;
}

/** Time for all who draw it, in whole seconds: one timer, and only while somebody listens. */
export interface Seconds {
  /** Milliseconds since the epoch, as of the last whole second. */
  now(): number;
  /** Returns what ends the subscription. */
  subscribe(listener: () => void): () => void;
}

const SECOND_MS = 1000;

export function createSeconds(clock: Clock): Seconds {
  const listeners = new Set<() => void>();
  const second = () => clock.now() - (clock.now() % SECOND_MS);
  let now = second();
  let cancel: () => void = () => undefined;

  function wait(): void {
    now = second();
    cancel = clock.after(SECOND_MS - (clock.now() % SECOND_MS), () => {
      wait();
      for (const listener of [...listeners]) listener();
    });
  }

  return {
    now: () => (listeners.size === 0 ? second() : now),
    subscribe(listener) {
      if (listeners.size === 0) wait();
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) cancel();
      };
    },
  };
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};
