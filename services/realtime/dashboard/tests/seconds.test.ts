/** The time that views draw: in whole seconds, from one timer for all. */
import { expect, it, vi } from "vitest";
import { createSeconds } from "../src/gateway/clock";
import { testClock } from "./clock";

it("tells everybody at every whole second, and none once nobody listens", () => {
  const start = Date.parse("2026-11-22T09:00:00.400Z");
  const clock = testClock(start);
  const after = vi.spyOn(clock, "after");
  const seconds = createSeconds(clock);
  expect(seconds.now()).toBe(start - 400);
  const [one, other] = [vi.fn(), vi.fn()];
  const stops = [one, other].map((listener) => seconds.subscribe(listener));
  clock.pass(2000);
  expect([one.mock.calls.length, other.mock.calls.length, after.mock.calls.length]).toEqual([2, 2, 3]);
  expect(seconds.now()).toBe(start + 1600);
  for (const stop of stops) stop();
  clock.pass(5000);
  expect(one).toHaveBeenCalledTimes(2);
  expect(seconds.now()).toBe(start + 6600);
});
