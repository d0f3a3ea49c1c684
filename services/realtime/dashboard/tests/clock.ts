/** A clock that a test turns by hand. */
import type { Clock } from "../src/gateway/clock";

export interface TestClock extends Clock {
  /** Let time pass, calling what is due in its order. */
  pass(ms: number): void;
}

export function testClock(start = Date.parse("2026-11-22T09:00:00.000Z")): TestClock {
  let now = start;
  let calls: { readonly due: number; readonly call: () => void }[] = [];
  return {
    now: () => now,
    after(ms, call) {
      const entry = { due: now + ms, call };
      calls.push(entry);
      return () => (calls = calls.filter((other) => other !== entry));
    },
    pass(ms) {
      const end = now + ms;
      for (;;) {
        const next = calls.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
        if (next === undefined) break;
        calls = calls.filter((other) => other !== next);
        now = next.due;
        next.call();
      }
      now = end;
    },
  };
}
