/** How much is said, and when. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ProblemError } from "../src/gateway/errors";
import type { Announcement } from "../src/state/announcing";
import { event, said, SITIS, MINE } from "./builders";
import { page } from "./page";

describe("the announcer", () => {
  let it_: ReturnType<typeof page>;
  let heard: Announcement[];

  beforeEach(async () => {
    it_ = page();
    heard = [];
    it_.app.ports.store.subscribe(() => {
      const { announcement } = it_.state();
      if (announcement !== undefined && heard.at(-1)?.key !== announcement.key) heard.push(announcement);
    });
    await it_.app.session.begin();
    it_.app.listing.begin();
    await vi.waitFor(() => expect(it_.state().list.loading).toBe("no"));
    await it_.app.reading.open("c1");
  });

  it("says nothing of history: not the first page, not older ones, not another conversation's", async () => {
    it_.conversations.events.mockResolvedValueOnce({ events: [said(1)], more: false });
    await it_.app.reading.loadOlder("c1");
    it_.app.reading.leave("c1");
    await it_.app.reading.open("c1");
    it_.clock.pass(60_000);
    expect(heard).toEqual([]);
  });

  it("says the first message at once and joins what comes within five seconds, in a burst of 50 too", () => {
    for (let seq = 3; seq < 53; seq += 1) {
      it_.living.onFrame({ type: "event", event: said(seq) });
      it_.clock.pass(100);
    }
    it_.clock.pass(20_000);
    expect(heard).toMatchObject([{ kind: "message" }, { kind: "messages", count: 49 }]);
  });

  it("says no more often than every five seconds however long it goes on", () => {
    for (let seq = 3; seq < 103; seq += 1) {
      it_.living.onFrame({ type: "event", event: said(seq) });
      it_.clock.pass(500);
    }
    it_.clock.pass(10_000);
    expect(heard.length).toBe(11);
  });

  it("does not say the AI's unfinished text, receipts, notes, or my own words", () => {
    it_.living.onFrame({ type: "ephemeral", conversation_id: "c1", kind: "composing", active: true, epoch: 1, partial_text: "I th" });
    it_.living.onFrame({ type: "event", event: event(3, "delivered", { delivered_seq: 2 }) });
    it_.living.onFrame({ type: "event", event: event(4, "note_added", { text: "hm" }) });
    it_.living.onFrame({ type: "event", event: event(5, "human_message", { text: "mine", agent: { id: "me", display_name: "Budi" } }) });
    it_.clock.pass(10_000);
    expect(heard).toEqual([]);
  });

  it("says nothing of a conversation that was left meanwhile", () => {
    it_.living.onFrame({ type: "event", event: said(3) });
    it_.living.onFrame({ type: "event", event: said(4) });
    it_.app.reading.leave("c1");
    it_.clock.pass(10_000);
    expect(heard.length).toBe(1);
  });

  it("says at once that control was lost, and that a message was not sent", async () => {
    it_.conversations.sendMessage.mockRejectedValueOnce(new ProblemError(500, "INTERNAL", ""));
    await it_.app.acting.send("c1", "hello");
    expect(heard.at(-1)).toMatchObject({ kind: "send_failed" });
    const patch = (seq: number, control: typeof MINE) => it_.living.onFrame({ type: "row", patch: { conversation_id: "c1", seq, control, at: new Date(it_.clock.now()).toISOString() } });
    patch(30, { ...MINE, epoch: 7 });
    patch(31, { ...SITIS, epoch: 8 });
    expect(heard.at(-1)).toMatchObject({ kind: "control_lost", to: SITIS.agent?.display_name });
  });
});
