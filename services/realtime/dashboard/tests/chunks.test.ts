/** A long history in stretches: whole, in order, and what has not changed is the same object, so that it is not drawn again. */
import { describe, expect, it } from "vitest";
import { emptyChat, withEvents, withSending } from "../src/state/chat";
import { createChunks } from "../src/state/chunks";
import { createOrder, emptyList, orderedIds } from "../src/state/list";
import { timeline } from "../src/state/timeline";
import { at, event, ME, row, said } from "./builders";

const log = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => said(from + index));
const items = (from: number, to: number) => timeline(withEvents(emptyChat("c1", 0), log(from, to)), ME, false);

describe("a long history", () => {
  it("is whole and in order, whatever it is cut into", () => {
    const all = items(1, 300);
    const chunks = createChunks()(all);
    expect(chunks.flatMap((chunk) => chunk.items)).toEqual(all);
    expect(new Set(chunks.map(({ key }) => key)).size).toBe(chunks.length);
    expect(chunks.every((chunk) => chunk.items.length <= 41)).toBe(true);
  });

  it("keeps its stretches when an older page and a newer message come", () => {
    const cut = createChunks();
    const before = cut(items(101, 300));
    const after = cut(items(51, 301));
    const kept = after.filter((chunk) => before.includes(chunk));
    expect(kept.map(({ key }) => key)).toEqual(["c3", "c4", "c5", "c6"]);
    expect(after.at(-1)?.items.slice(0, -1)).toEqual(before.at(-1)?.items);
    expect(after.at(-1)?.items[0]).toBe(before.at(-1)?.items[0]);
  });

  it("draws again only the stretch in which something is delivered, or on its way", () => {
    const cut = createChunks();
    const chat = withEvents(emptyChat("c1", 0), [...log(1, 99), event(100, "human_message", { text: "hello", agent: { id: ME.id, display_name: "Budi" } })]);
    const before = cut(timeline(chat, ME, false));
    const delivered = cut(timeline(withEvents(chat, [event(101, "delivered", {}, { delivered_seq: 100 })]), ME, false));
    expect(delivered.map((chunk) => before.includes(chunk))).toEqual([true, true, false]);
    const sending = withSending(chat, { commandId: "new", text: "and", at: at(200), state: "sending" });
    expect(cut(timeline(sending, ME, false)).at(-1)?.items.at(-1)).toMatchObject({ key: "new", receipt: "sending" });
  });

  it("tells the days apart and joins what one author writes in one go", () => {
    const next = (seq: number, moment: string) => event(seq, "user_message", { text: "x" }, { at: moment });
    const day = (hour: number, minute: number) => new Date(2026, 2, 1, hour, minute).toISOString();
    const drawn = timeline(withEvents(emptyChat("c1", 0), [next(1, day(23, 50)), next(2, day(23, 58)), next(3, day(23, 59)), next(4, day(24, 1))]), ME, false);
    expect(drawn.map((item) => (item.kind === "message" ? item.continued : item.kind))).toEqual(["day", false, false, true, "day", false]);
  });
});

describe("the list's order", () => {
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
