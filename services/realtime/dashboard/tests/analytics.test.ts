/** What the page of figures reads from its URL and asks for. */
import { describe, expect, it } from "vitest";
import { changeOf, figuresQuery, periodOf, readView, sorted, viewQuery } from "../src/state/analytics";
import { addDays, beginning, dayAt, parseDay } from "../src/state/zoned";

const view = (search: string) => readView(new URLSearchParams(search));
const NOW = Date.parse("2026-03-29T12:00:00Z");

describe("days of a time zone", () => {
  it("begin at its midnight, also on the days on which clocks change", () => {
    const day = dayAt(NOW, "Europe/Berlin");
    expect(new Date(beginning(day, "Europe/Berlin")).toISOString()).toBe("2026-03-28T23:00:00.000Z");
    expect(new Date(beginning(addDays(day, 1), "Europe/Berlin")).toISOString()).toBe("2026-03-29T22:00:00.000Z");
    expect(new Date(beginning({ year: 2026, month: 1, day: 5 }, "Asia/Kathmandu")).toISOString()).toBe("2026-01-04T18:15:00.000Z");
  });
  it("begin when clocks jump where midnight is skipped", () => {
    const beirut = beginning({ year: 2024, month: 3, day: 31 }, "Asia/Beirut");
    expect(new Date(beirut).toISOString()).toBe("2024-03-30T22:00:00.000Z");
  });
  it("are read only where they are days", () => {
    expect(parseDay("2026-02-30")).toBeUndefined();
    expect(parseDay("yesterday")).toBeUndefined();
    expect(parseDay("2026-02-28")).toEqual({ year: 2026, month: 2, day: 28 });
  });
});

describe("the view", () => {
  it("comes out of the URL as it went in", () => {
    for (const search of ["", "?period=today", "?period=custom&from=2026-01-01&to=2026-02-01&tz=Asia%2FJakarta&agent=a&ai_agent=b&business=1&rows=takeovers&sort=p90&order=up"]) {
      expect(viewQuery(view(search))).toBe(search);
    }
  });
  it("passes over what it does not know", () => {
    expect(viewQuery(view("?period=forever&tz=Mars&rows=x&sort=y"))).toBe("");
  });
  it("chooses points that a chart can show", () => {
    expect(periodOf(view("?period=today"), "UTC", NOW).step).toBe("hour");
    expect(periodOf(view("?period=90"), "UTC", NOW).step).toBe("day");
    expect(periodOf(view("?period=custom&from=2025-01-01&to=2025-12-31"), "UTC", NOW).step).toBe("month");
  });
  it("asks for whole days of its zone, today included", () => {
    const { from, to } = figuresQuery(view("?period=7"), "Asia/Jakarta", NOW);
    expect([from, to]).toEqual(["2026-03-22T17:00:00.000Z", "2026-03-29T17:00:00.000Z"]);
  });
});

describe("figures", () => {
  it("change by a share of what was before", () => {
    expect(changeOf(94, 100)).toBeCloseTo(-0.06);
    expect(changeOf(3, 0)).toBeUndefined();
    expect(changeOf(undefined, 3)).toBeUndefined();
  });
  it("sort with what is not there last, whichever way", () => {
    const agents = [
      { agent_id: "a", agent_name: "Ana", figures: { response_time: { mean_seconds: 2 } } },
      { agent_id: "b", agent_name: "Budi", figures: {} },
      { agent_id: "c", agent_name: "Citra", figures: { response_time: { mean_seconds: 5 } } },
    ];
    expect(sorted(agents, "mean", true).map((agent) => agent.agent_id)).toEqual(["c", "a", "b"]);
    expect(sorted(agents, "mean", false).map((agent) => agent.agent_id)).toEqual(["a", "c", "b"]);
  });
});
