/** What the page does, against a gateway that is played. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { OfflineError, ProblemError } from "../src/gateway/errors";
import { rowNow } from "../src/state/app";
import type { Row } from "../src/gateway/contract";
import { knownEvents } from "../src/state/chat";
import { at, event, ME, MINE, row, said, SITIS } from "./builders";
import { page } from "./page";

describe("the page", () => {
  let it_: ReturnType<typeof page>;
  beforeEach(async () => {
    it_ = page();
    await it_.app.session.begin();
    it_.app.listing.begin();
    await vi.waitFor(() => expect(it_.state().list.loading).toBe("no"));
  });

  it("subscribes to the list from its snapshot, and resumes by the cursor after a loss", () => {
    const { living, sent } = it_;
    living.onStatus({ phase: "open" });
    living.onOpen();
    expect(sent).toEqual([{ type: "list.subscribe", projected_at: "7" }]);
    living.onFrame({ type: "subscribed", scope: "list" });
    living.onFrame({ type: "ping", cursor: "c-9" });
    living.onStatus({ phase: "waiting" });
    living.onStatus({ phase: "open" });
    living.onOpen();
    expect(sent.at(-1)).toEqual({ type: "resume", cursor: "c-9", list: true, conversations: [] });
  });

  it("fetches the list anew and subscribes again when it is told to", async () => {
    const { living, sent, conversations } = it_;
    living.onStatus({ phase: "open" });
    living.onOpen();
    living.onFrame({ type: "resync", scope: "list" });
    await vi.waitFor(() => expect(sent.length).toBe(2));
    expect(conversations.list).toHaveBeenCalledTimes(2);
  });

  it("opens a conversation from REST and has the socket go on from there", async () => {
    const { app, sent } = it_;
    await app.reading.open("c1");
    expect(sent.at(-1)).toEqual({ type: "conversation.open", conversation_id: "c1", after_seq: 2 });
  });

  it("opens a conversation with the page that was asked for at the press", async () => {
    const { app, conversations, state, clock } = it_;
    app.reading.prepare("c1");
    app.reading.prepare("c1");
    await app.reading.open("c1");
    expect(conversations.events).toHaveBeenCalledTimes(1);
    expect(state().chats.c1?.events.map(({ seq }) => seq)).toEqual([1, 2]);
    app.reading.prepare("c2");
    clock.pass(60_000);
    await app.reading.open("c2");
    expect(conversations.events).toHaveBeenCalledTimes(3);
  });

  it("fetches what a hole left out", async () => {
    const { app, living, conversations, state } = it_;
    await app.reading.open("c1");
    conversations.events.mockResolvedValueOnce({ events: [said(3), said(4)], more: false });
    living.onFrame({ type: "event", event: said(4) });
    await vi.waitFor(() => expect(state().chats.c1?.events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]));
    expect(conversations.events).toHaveBeenLastCalledWith("c1", { after_seq: 2, limit: 200 });
  });

  it("fetches a row that a patch speaks of and nobody knows", async () => {
    const { living, state } = it_;
    living.onFrame({ type: "row", patch: { conversation_id: "new", seq: 5, control: SITIS, at: at(19) } });
    await vi.waitFor(() => expect(state().rows.new).toBeDefined());
  });

  it("keeps what was told of a row while an older version of it was being fetched", async () => {
    const { living, conversations, state } = it_;
    let answer: (fetched: Row) => void = () => undefined;
    conversations.row.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)));
    living.onFrame({ type: "row", patch: { conversation_id: "new", seq: 5, control: SITIS, at: at(19) } });
    living.onFrame({ type: "row", patch: { conversation_id: "new", seq: 6, control: MINE, at: at(19) } });
    await vi.waitFor(() => expect(conversations.row).toHaveBeenCalledTimes(1));
    answer(row("new", { seq: 4 }));
    await vi.waitFor(() => expect(state().rows.new).toMatchObject({ seq: 6, control: MINE }));
    expect(conversations.row).toHaveBeenCalledTimes(1);
  });

  it("loads back to a message that is linked to", async () => {
    const { app, conversations, state } = it_;
    conversations.events.mockResolvedValueOnce({ events: [said(9)], more: true });
    await app.reading.open("c1");
    conversations.events.mockResolvedValueOnce({ events: [said(6), said(7), said(8)], more: true }).mockResolvedValueOnce({ events: [said(3), said(4), said(5)], more: true });
    expect(await app.reading.loadBackTo("c1", 4)).toBe("there");
    expect(state().chats.c1?.events.map(({ seq }) => seq)).toEqual([3, 4, 5, 6, 7, 8, 9]);
    expect(await app.reading.loadBackTo("c1", 10)).toBe("missing");
    app.tellMissingMessage("c1", 10);
    expect(state().notices.at(-1)).toMatchObject({ kind: "problem", reason: "MESSAGE_NOT_FOUND" });
  });

  it("loads back to a message also while an older page is on its way", async () => {
    const { app, conversations, state } = it_;
    conversations.events.mockResolvedValueOnce({ events: [said(9)], more: true });
    await app.reading.open("c1");
    conversations.events.mockResolvedValueOnce({ events: [said(7), said(8)], more: true }).mockResolvedValueOnce({ events: [said(4), said(5), said(6)], more: true });
    const scrolling = app.reading.loadOlder("c1");
    expect(await app.reading.loadBackTo("c1", 4)).toBe("there");
    await scrolling;
    expect(state().chats.c1?.events.map(({ seq }) => seq)).toEqual([4, 5, 6, 7, 8, 9]);
  });

  it("knows who held it from the beginning though only the end is loaded", async () => {
    const { app, conversations, state } = it_;
    conversations.events.mockResolvedValueOnce({ events: [said(8), event(9, "human_requested", {})], more: true });
    conversations.landmarks.mockResolvedValueOnce({ events: [event(2, "taken_over", { agent: { id: "siti", display_name: "Siti" } })] });
    await app.reading.open("c1");
    const chat = state().chats.c1;
    expect(chat && knownEvents(chat).map(({ seq }) => seq)).toEqual([2, 9]);
  });

  it("offers to take a transfer back until the colleague has written", () => {
    const { app, living, state } = it_;
    app.tellTransferred("c1", "Siti");
    const seen = () => state().notices.map(({ kind }) => kind);
    const patch = { conversation_id: "c1", control: { ...SITIS, epoch: 1 }, at: at(19) } as const;
    const epoch = state().acknowledged.c1?.control.epoch ?? 0;
    living.onFrame({ type: "row", patch: { ...patch, seq: 10, control: { ...SITIS, epoch }, transferred_from_id: ME.id } });
    expect(seen()).toContain("transferred");
    living.onFrame({ type: "row", patch: { ...patch, seq: 11, control: { ...SITIS, epoch }, transferred_from_id: null } });
    expect(seen()).not.toContain("transferred");
  });

  it("gives control only with the acknowledgement", async () => {
    const { app, state } = it_;
    const holder = () => rowNow(state().rows.c1, undefined, state().acknowledged.c1)?.control.holder;
    const taking = app.acting.takeOver("c1");
    expect(state().taking.has("c1")).toBe(true);
    expect(holder()).toBe("ai");
    await taking;
    expect(state().taking.has("c1")).toBe(false);
    expect(holder()).toBe("human");
  });

  it("names the winner of a race that was lost", async () => {
    const { app, conversations, state } = it_;
    conversations.takeOver.mockRejectedValueOnce(new ProblemError(409, "ALREADY_TAKEN", "", { agent_name: "Siti" }));
    expect(await app.acting.takeOver("c1")).toEqual({ ok: false, reason: "ALREADY_TAKEN", who: "Siti" });
    expect(state().notices).toMatchObject([{ kind: "problem", reason: "ALREADY_TAKEN", who: "Siti" }]);
  });

  it("sends against what was seen, shows it at once, and drops it when its event is there", async () => {
    const { app, living, conversations, state } = it_;
    await app.reading.open("c1");
    app.reading.seen("c1", 2);
    const sending = app.acting.send("c1", "hello");
    expect(state().chats.c1?.pending).toMatchObject([{ text: "hello", state: "sending" }]);
    await sending;
    expect(conversations.sendMessage).toHaveBeenCalledWith("c1", { command_id: "id-1", text: "hello", seen_seq: 2 });
    living.onFrame({ type: "event", event: event(3, "human_message", { text: "hello" }, { command_id: "id-1" }) });
    expect(state().chats.c1?.pending).toEqual([]);
  });

  it("repeats under the same command id while no answer comes, then leaves it to the agent", async () => {
    const { app, clock, conversations, state } = it_;
    await app.reading.open("c1");
    conversations.sendMessage.mockRejectedValue(new OfflineError());
    const sending = app.acting.send("c1", "hello");
    await vi.waitFor(() => {
      clock.pass(1000);
      expect(conversations.sendMessage).toHaveBeenCalledTimes(3);
    });
    expect(await sending).toMatchObject({ reason: "OFFLINE" });
    expect(new Set(conversations.sendMessage.mock.calls.map(([, body]) => body.command_id)).size).toBe(1);
    expect(state().chats.c1?.pending).toMatchObject([{ state: "failed", reason: "OFFLINE" }]);
  });

  it("does not repeat in the name of somebody else", async () => {
    const { app, clock, conversations } = it_;
    await app.reading.open("c1");
    conversations.sendMessage.mockRejectedValue(new OfflineError());
    const sending = app.acting.send("c1", "hello");
    await vi.waitFor(() => expect(conversations.sendMessage).toHaveBeenCalledTimes(1));
    await app.session.logOut();
    clock.pass(5000);
    expect(await sending).toMatchObject({ reason: "OFFLINE" });
    expect(conversations.sendMessage).toHaveBeenCalledTimes(1);
  });

  it("lets go of what the user wrote in once the list shows it", async () => {
    const { app, clock, conversations } = it_;
    conversations.transfer.mockRejectedValueOnce(new ProblemError(409, "UNSEEN_MESSAGES", "", { first_seq: "3", last_seq: "4" }));
    conversations.row.mockResolvedValueOnce(row("c1", { seq: 2 })).mockResolvedValueOnce(row("c1", { seq: 4 }));
    const told = vi.fn();
    const over = app.letting.handOn([row("c1", { seq: 2 })], { way: "agent", agentId: "siti", note: "" }, told);
    await vi.waitFor(() => {
      clock.pass(1000);
      expect(told).toHaveBeenCalledTimes(2);
    });
    await over;
    expect(told.mock.lastCall?.[2]).toMatchObject({ seq: 4 });
  });

  it("takes a reply back when the user wrote meanwhile", async () => {
    const { app, conversations, state } = it_;
    await app.reading.open("c1");
    conversations.sendMessage.mockRejectedValueOnce(new ProblemError(409, "UNSEEN_MESSAGES", "", { first_seq: "2", last_seq: "2" }));
    await app.acting.send("c1", "hello");
    expect(state().chats.c1).toMatchObject({ pending: [], unseenAfter: 1 });
  });

  it("marks as read what was drawn, a moment later and once", async () => {
    const { app, clock, conversations, state } = it_;
    await app.reading.open("c1");
    app.reading.seen("c1", 1);
    app.reading.seen("c1", 2);
    clock.pass(400);
    await vi.waitFor(() => expect(state().rows.c1?.read_seq).toBe(2));
    expect(conversations.markRead).toHaveBeenCalledTimes(1);
  });

  it("forgets everything of an account that has gone", async () => {
    const { app, state } = it_;
    await app.session.logOut();
    expect(state()).toMatchObject({ session: { phase: "out", expired: false }, rows: {} });
  });
});
