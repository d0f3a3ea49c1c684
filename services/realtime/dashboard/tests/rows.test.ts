/** Rows only become newer, and the list keeps its order by itself. */
import { describe, expect, it } from "vitest";
import type { Row, RowPatch } from "../src/gateway/contract";
import { compareRows, type Filters, matches, matchesSearch, noFilters } from "../src/state/filters";
import { withKept, withTail } from "../src/state/list";
import { patched, withRead, withRows } from "../src/state/rows";
import { at, MINE, QUEUE, row, SITIS } from "./builders";
import { golden, patches } from "./golden";

const patch = (seq: number, more: Partial<RowPatch> = {}): RowPatch => ({ conversation_id: "a", seq, control: row("a").control, user_message_count: 0, ...more });

describe("a row", () => {
  it("begins with the start of a conversation and follows the golden patches", () => {
    const end = patches.reduce<Row | undefined>((before, next) => patched(before, next), undefined);
    expect(end).toMatchObject({ seq: patches.at(-1)?.seq, user: { name: "Ana Wijaya" } });
    const whole = golden<{ rows: Row[] }>("rest/conversations.json").rows[0];
    const then = patches.filter(({ seq }) => seq <= (whole?.seq ?? 0)).reduce<Row | undefined>((before, next) => patched(before, next), undefined);
    expect(then).toMatchObject({ control: whole?.control, last_message: whole?.last_message, user_message_count: whole?.user_message_count });
  });

  it("is not begun by a patch that has no start in it", () => {
    expect(patched(undefined, patch(5))).toBeUndefined();
  });

  it("is never overwritten by an older version", () => {
    const newer = row("a", { seq: 9 });
    expect(patched(newer, patch(9, { user_left: true }))).toBe(newer);
    expect(withRows({ a: newer }, [row("a", { seq: 8 })]).a).toBe(newer);
  });

  it("loses what a patch takes away by null", () => {
    const waiting = row("a", { oldest_unanswered_at: at(1), priority: "high" });
    const after = patched(waiting, patch(2, { oldest_unanswered_at: null, priority: null }));
    expect(after).not.toHaveProperty("oldest_unanswered_at");
    expect(after).not.toHaveProperty("priority");
  });

  it("counts as unread what users wrote since", () => {
    const after = patched(row("a", { user_message_count: 3, unread: 1 }), patch(2, { user_message_count: 5 }));
    expect(after?.unread).toBe(3);
    expect(withRead({ a: row("a", { unread: 3, read_seq: 2 }) }, "a", 7, 0).a).toMatchObject({ unread: 0, read_seq: 7 });
  });
});

describe("the list", () => {
  const fits = (one: Row, filters: Partial<Filters>) => matches(one, { ...noFilters, ...filters }, "me", false);

  it("leaves closed conversations out unless they are asked for", () => {
    const closed = row("a", { control: { ...MINE, holder: "closed" } });
    expect(fits(closed, {})).toBe(false);
    expect(fits(closed, { statuses: ["closed"] })).toBe(true);
  });

  it("combines status, AI agent, human agent and search", () => {
    const siti = row("a", { control: SITIS });
    expect(fits(siti, { statuses: ["others"], aiAgents: ["nova"], agents: ["siti"], search: "user a" })).toBe(true);
    expect(fits(siti, { statuses: ["mine"] })).toBe(false);
    expect(fits(siti, { agents: ["rafi"] })).toBe(false);
    expect(fits(siti, { search: "nobody" })).toBe(false);
  });

  it.each(["dika", "kurn", "dika k", "dika.k@mail", "user-88", "KURNIAWAN dika"])("finds a user by %s", (search) => {
    expect(matchesSearch(row("a", { user: { id: "user-88213", name: "Dika Kurniawan", email: "dika.k@mail.example" } }), search)).toBe(true);
  });

  it("puts who needs a human first, the longest wait before the others, the calm by their newest words", () => {
    const rows = [
      row("calm-old"),
      row("calm-new", { last_message: { seq: 1, at: at(50), author: "ai", preview: "" } }),
      row("waits-for-ai", { oldest_unanswered_at: at(3) }),
      row("queue-late", { control: { ...QUEUE, since: at(20) } }),
      row("waits-for-human", { control: SITIS, oldest_unanswered_at: at(30) }),
      row("queue-early", { control: QUEUE }),
    ];
    const ids = rows.sort(compareRows("attention")).map((one) => one.conversation_id);
    expect(ids).toEqual(["queue-early", "queue-late", "waits-for-human", "waits-for-ai", "calm-new", "calm-old"]);
  });

  it("keeps the chosen row where it was when it no longer matches", () => {
    expect(withKept(["a", "b", "c"], ["a", "c", "d"], "b")).toEqual(["a", "b", "c", "d"]);
    expect(withKept(["a", "b"], ["a"], undefined)).toEqual(["a"]);
  });

  it("stand still while a page is added behind them", () => {
    expect(withTail(["a", "b", "c"], ["new", "c", "a", "b", "d", "e"])).toEqual(["a", "b", "c", "d", "e"]);
    expect(withTail(["a", "gone"], ["new", "a", "d"])).toEqual(["a", "gone", "d"]);
    const shown = ["a", "b"];
    expect(withTail(shown, ["new", "a", "b"])).toBe(shown);
    expect(withTail(["a"], ["x", "y"])).toEqual(["a"]);
  });
});
