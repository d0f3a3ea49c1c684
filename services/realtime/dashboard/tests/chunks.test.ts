/** A long history in stretches: whole, in order, and what has not changed is the same object, so that it is not drawn again. */
import { describe, expect, it } from "vitest";
import { emptyChat, withEvents, withSending } from "../src/state/chat";
import { createChunks } from "../src/state/chunks";
import type { Row } from "../src/gateway/contract";
import { noFilters } from "../src/state/filters";
import { concerns, createOrder, emptyList, type ListState, orderedIds, paged } from "../src/state/list";
import type { Rows } from "../src/state/rows";
import { timeline } from "./timeline";
import { at, event, ME, MINE, QUEUE, row, said } from "./builders";

const log = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => said(from + index));
const chatOf = (from: number, to: number) => withEvents(emptyChat("c1", 0), log(from, to));

describe("a long history", () => {
  it("is whole and in order, whatever it is cut into", () => {
    const all = timeline(chatOf(1, 300), ME, false);
    const chunks = createChunks()(chatOf(1, 300), ME, false);
    expect(chunks.flatMap((chunk) => chunk.items)).toEqual(all);
    expect(new Set(chunks.map(({ key }) => key)).size).toBe(chunks.length);
    expect(chunks.every((chunk) => chunk.items.length <= 41)).toBe(true);
  });

  it("keeps its stretches when an older page and a newer message come", () => {
    const cut = createChunks();
    const before = cut(chatOf(101, 300), ME, false);
    const after = cut(withEvents(chatOf(101, 300), log(51, 301)), ME, false);
    const kept = after.filter((chunk) => before.includes(chunk));
    expect(kept.map(({ key }) => key)).toEqual(["c3", "c4", "c5", "c6"]);
    expect(after.at(-1)?.items.slice(0, -1)).toEqual(before.at(-1)?.items);
    expect(after.at(-1)?.items[0]).toBe(before.at(-1)?.items[0]);
  });

  it("is the same as when it is made anew, whatever came before", () => {
    const cut = createChunks();
    const day = 86_400;
    const spread = (from: number, to: number) => log(from, to).map((one) => ({ ...one, at: at((one.seq * day) / 7), delivered_seq: one.seq - 3, shown_seq: Math.floor(one.seq / 2) }));
    const mine = event(161, "human_message", { text: "hello", agent: { id: ME.id, display_name: "Budi" } });
    const sending = { commandId: "new", text: "and", at: at(170 * day), state: "sending" } as const;
    let chat = emptyChat("c1", 130);
    for (const step of [spread(100, 150), spread(50, 99), spread(151, 160), [mine], spread(1, 49), spread(162, 250)]) {
      chat = withEvents(chat, step);
      for (const now of [chat, withSending(chat, sending), { ...chat, readAtOpening: 60 }]) {
        expect(cut(now, ME, true).flatMap((chunk) => chunk.items)).toEqual(timeline(now, ME, true));
      }
    }
  });

  it("draws again only the stretch in which something is delivered, or on its way", () => {
    const cut = createChunks();
    const chat = withEvents(emptyChat("c1", 0), [...log(1, 99), event(100, "human_message", { text: "hello", agent: { id: ME.id, display_name: "Budi" } })]);
    const before = cut(chat, ME, false);
    const delivered = cut(withEvents(chat, [event(101, "delivered", {}, { delivered_seq: 100 })]), ME, false);
    expect(delivered.map((chunk) => before.includes(chunk))).toEqual([true, true, false]);
    const sending = withSending(chat, { commandId: "new", text: "and", at: at(200), state: "sending" });
    expect(cut(sending, ME, false).at(-1)?.items.at(-1)).toMatchObject({ key: "new", receipt: "sending" });
  });

  it("tells the days apart and joins what one author writes in one go", () => {
    const next = (seq: number, moment: string) => event(seq, "user_message", { text: "x" }, { at: moment });
    const day = (hour: number, minute: number) => new Date(2026, 2, 1, hour, minute).toISOString();
    const drawn = timeline(withEvents(emptyChat("c1", 0), [next(1, day(23, 50)), next(2, day(23, 58)), next(3, day(23, 59)), next(4, day(24, 1))]), ME, false);
    expect(drawn.map((item) => (item.kind === "message" ? item.continued : item.kind))).toEqual(["day", false, false, true, "day", false]);
  });
});

describe("the list's order", () => {
  it("puts what changes into its place, and stays the same object where nothing moves", () => {
    const ordered = createOrder();
    const list: ListState = { ...emptyList, filters: { ...noFilters, sort: "attention" } };
    let rows: Rows = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`r${index}`, row(`r${index}`, { started_at: at(index) })]));
    const put = (id: string, more: Partial<Row>) => (rows = { ...rows, [id]: row(id, { started_at: at(7), ...more }) });
    for (let step = 0; step < 80; step += 1) {
      const before = ordered(rows, list, ME.id);
      put(`r${(step * 17) % 70}`, [{ oldest_unanswered_at: at(1000 - step) }, { control: QUEUE }, { control: { ...QUEUE, holder: "closed" as const } }, { seq: step }][step % 4] ?? {});
      if (step % 9 === 0) put(`s${step}`, { oldest_unanswered_at: at(step) });
      expect(ordered(rows, list, ME.id)).toEqual(orderedIds(rows, list, ME.id));
      const now = ordered(rows, list, ME.id);
      const [id] = now;
      if (id !== undefined) rows = { ...rows, [id]: { ...(rows[id] ?? row(id)), unread: step } };
      expect(ordered(rows, list, ME.id)).toBe(now);
      expect(before.length).toBeGreaterThan(0);
    }
    expect(ordered(rows, { ...list, filters: { ...noFilters, sort: "newest" } }, ME.id)).toEqual(orderedIds(rows, { ...list, filters: { ...noFilters, sort: "newest" } }, ME.id));
  });

  it("is the same whether it begins from the last order or from nothing", () => {
    const ordered = createOrder();
    const rows = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`r${index}`, row(`r${index}`, { started_at: at((index * 37) % 200) })]));
    ordered(rows, emptyList, ME.id);
    const { r7, ...fewer } = rows;
    const changed = { ...fewer, r3: row("r3", { oldest_unanswered_at: at(1) }), new: row("new"), r9: row("r9", { started_at: at(5000) }) };
    expect(r7).toBeDefined();
    expect(ordered(changed, emptyList, ME.id)).toEqual(orderedIds(changed, emptyList, ME.id));
  });
});

describe("a row that is not loaded", () => {
  const patch = (second: number, more = {}) => ({ conversation_id: "far", seq: 9, at: at(second), control: row("far").control, oldest_unanswered_at: at(second), ...more });
  const part = (sort: "newest" | "longest_waiting", token: string) =>
    paged({ ...emptyList, filters: { ...noFilters, sort } }, { rows: [row("a"), row("edge", { started_at: at(50), oldest_unanswered_at: at(50) })], next_page_token: token, counts: {}, projected_at: "1" }, true);

  it("is asked for when it comes before the last that is", () => {
    expect(concerns(patch(40), part("longest_waiting", "more"), ME.id)).toBe(true);
    expect(concerns(patch(60), part("longest_waiting", "more"), ME.id)).toBe(false);
    expect(concerns(patch(40, { oldest_unanswered_at: null }), part("longest_waiting", "more"), ME.id)).toBe(false);
    expect(concerns(patch(40), part("newest", "more"), ME.id)).toBe(false);
  });

  it("is asked for when all are, when it is mine, and when its control has just changed", () => {
    expect(concerns(patch(60), part("newest", ""), ME.id)).toBe(true);
    expect(concerns(patch(60, { control: MINE }), part("newest", "more"), ME.id)).toBe(true);
    expect(concerns(patch(60, { control: { ...QUEUE, since: at(60) } }), part("newest", "more"), ME.id)).toBe(true);
  });
});
