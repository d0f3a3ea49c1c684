/** The opened log: no hole is ever shown, nothing twice, whatever the order of arrival. */
import { describe, expect, it } from "vitest";
import { type Chat, emptyChat, holeAfter, type Pending, withAccepted, withEvents, withSending, withUnseen } from "../src/state/chat";
import { event, said } from "./builders";
import { conversationId, log } from "./golden";

const seqs = (chat: Chat) => chat.events.map(({ seq }) => seq);
const opened = (...numbers: number[]) => withEvents(emptyChat("c1", 0), numbers.map((seq) => said(seq)));
const sending: Pending = { commandId: "cmd-9", text: "hi", at: "2026-11-22T09:00:00.000Z", state: "sending" };

describe("an opened conversation", () => {
  it("folds the golden log whichever way it arrives", () => {
    const forwards = withEvents(emptyChat(conversationId, 0), log);
    const oneByOne = log.reduce((chat, next) => withEvents(chat, [next]), emptyChat(conversationId, 0));
    expect(seqs(forwards)).toEqual(log.map(({ seq }) => seq));
    expect(seqs(oneByOne)).toEqual(seqs(forwards));
    expect(forwards.more).toBe(false);
  });

  it("keeps what comes beyond a hole back until the hole is filled", () => {
    const torn = withEvents(opened(1, 2), [said(5), said(4)]);
    expect(seqs(torn)).toEqual([1, 2]);
    expect(holeAfter(torn)).toBe(2);
    const whole = withEvents(torn, [said(3)]);
    expect(seqs(whole)).toEqual([1, 2, 3, 4, 5]);
    expect(holeAfter(whole)).toBeUndefined();
  });

  it("knows what was told besides the messages, whichever way it came", () => {
    const told = [event(1, "conversation_started", {}), said(2), event(3, "taken_over", {}), event(4, "delivered", {}), event(5, "user_message", { text: "again", reopened: true }), said(6)];
    const chat = withEvents(withEvents(withEvents(emptyChat("c1", 0), told.slice(3, 4)), told.slice(0, 3)), told.slice(4, 5));
    expect(chat.telling.map(({ seq }) => seq)).toEqual([1, 3, 5]);
    expect(withEvents(chat, told.slice(5)).telling).toBe(chat.telling);
  });

  it("drops repeats and other conversations' events", () => {
    const chat = withEvents(opened(1, 2), [said(2), said(1), { ...said(3), conversation_id: "other" }]);
    expect(seqs(chat)).toEqual([1, 2]);
  });

  it("joins an older page only where it reaches the known events", () => {
    const chat = withEvents(opened(10, 11), [said(8), said(9), said(6)]);
    expect(seqs(chat)).toEqual([8, 9, 10, 11]);
    expect(chat.more).toBe(true);
  });

  it("replaces a message on its way by its event, matched by the command id", () => {
    const waiting = withSending(opened(8), sending);
    expect(withEvents(waiting, [event(9, "human_message", { text: "hi" })]).pending).toEqual([]);
  });

  it("shows an accepted message until its event is there, and not after", () => {
    const accepted = withAccepted(withSending(opened(8), sending), "cmd-9", 9);
    expect(accepted.pending).toMatchObject([{ state: "accepted", seq: 9 }]);
    expect(withEvents(accepted, [said(9)]).pending).toEqual([]);
  });

  it("takes a message back that was stopped by unseen ones, and remembers since when", () => {
    const chat = withUnseen(withSending(opened(8), sending), "cmd-9", 7);
    expect(chat).toMatchObject({ pending: [], unseenAfter: 6 });
  });
});
