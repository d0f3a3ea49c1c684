/** Never a lost word, never a doubled one: what was sent is kept until it is written. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { OfflineError, ProblemError } from "../src/gateway/errors";
import { createOutbox } from "../src/state/outbox";
import { event } from "./builders";
import { page } from "./page";

const texts = (shown: ReturnType<typeof page>) => shown.state().chats.c1?.pending.map(({ text, state }) => ({ text, state }));

async function opened(shown = page()) {
  await shown.app.session.begin();
  await shown.app.reading.open("c1");
  return shown;
}

describe("a message that was sent", () => {
  beforeEach(() => localStorage.clear());

  it("stands as not sent after a reload in the middle of sending, and is sent again under its own id", async () => {
    const before = await opened();
    before.conversations.sendMessage.mockImplementationOnce(() => new Promise(() => undefined));
    void before.app.acting.send("c1", "hello");

    const after = await opened();
    expect(texts(after)).toEqual([{ text: "hello", state: "failed" }]);
    await after.app.acting.retry("c1", "id-1");
    expect(after.conversations.sendMessage).toHaveBeenCalledWith("c1", { command_id: "id-1", text: "hello", seen_seq: 2 });
    expect(texts(await opened())).toEqual([]);
  });

  it("is gone after a reload when its event shows that it was written", async () => {
    const before = await opened();
    before.conversations.sendMessage.mockImplementationOnce(() => new Promise(() => undefined));
    void before.app.acting.send("c1", "hello");

    const after = page();
    after.conversations.events.mockResolvedValue({ events: [event(3, "human_message", { text: "hello" }, { command_id: "id-1" })], more: false });
    expect(texts(await opened(after))).toEqual([]);
    expect(texts(await opened())).toEqual([]);
  });

  it("outlives the session that ended under it, for its own account alone", async () => {
    const shown = await opened();
    shown.conversations.sendMessage.mockImplementationOnce(() => {
      shown.app.session.ended();
      return Promise.reject(new ProblemError(401, "TOKEN_INVALID", ""));
    });
    await shown.app.acting.send("c1", "hello");
    expect(createOutbox(localStorage, "somebody else").read("c1")).toEqual([]);
    expect(texts(await opened())).toEqual([{ text: "hello", state: "failed" }]);
  });

  it("stays where it is, with its words, when sending it again is refused", async () => {
    const shown = await opened();
    shown.conversations.sendMessage.mockRejectedValue(new OfflineError());
    const first = shown.app.acting.send("c1", "hello");
    await vi.waitFor(() => {
      shown.clock.pass(5000);
      expect(texts(shown)).toEqual([{ text: "hello", state: "failed" }]);
    });
    await first;
    shown.conversations.sendMessage.mockRejectedValueOnce(new ProblemError(409, "NOT_HOLDER", ""));
    await shown.app.acting.retry("c1", "id-1");
    expect(texts(await opened())).toEqual([{ text: "hello", state: "failed" }]);
  });

  it("is forgotten when the agent removes it", async () => {
    const shown = await opened();
    shown.conversations.sendMessage.mockRejectedValueOnce(new ProblemError(400, "INVALID", ""));
    await shown.app.acting.send("c1", "hello");
    shown.app.acting.drop("c1", "id-1");
    expect(texts(await opened())).toEqual([]);
  });

  it("is not announced as failed when a page finds it", async () => {
    const before = await opened();
    before.conversations.sendMessage.mockImplementationOnce(() => new Promise(() => undefined));
    void before.app.acting.send("c1", "hello");
    expect((await opened()).state().announcement).toBeUndefined();
  });
});
