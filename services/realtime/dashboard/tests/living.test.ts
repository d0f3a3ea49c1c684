/** A cursor is kept only when it covers all that was asked for; else whoever comes back with it would miss something for ever. */
import { beforeEach, describe, expect, it } from "vitest";

import type { ClientFrame, ServerFrame } from "../src/gateway/frames";
import { initialState } from "../src/state/app";
import type { Listing } from "../src/use_cases/listing";
import { createLiving, type Living } from "../src/use_cases/living";
import type { Ports } from "../src/use_cases/ports";
import type { Reading } from "../src/use_cases/reading";

const listAnswered: ServerFrame = { type: "subscribed", scope: "list" };
const chatAnswered: ServerFrame = { type: "subscribed", scope: "conversation", conversation_id: "c" };

describe("coming back", () => {
  let sent: ClientFrame[];
  let opened: string[];
  let living: Living;

  beforeEach(() => {
    sent = [];
    opened = [];
    const socket = { send: (frame: ClientFrame) => sent.push(frame) };
    const ports = { store: { dispatch: () => undefined, state: () => initialState }, clock: { now: () => 0 }, socket } as unknown as Ports;
    const listing = { reload: () => Promise.resolve() } as unknown as Listing;
    const reading = { opened: () => opened, subscribe: () => undefined } as unknown as Reading;
    living = createLiving(ports, () => ({ listing, reading }), () => Promise.resolve());
    living.onOpen();
    living.onSnapshot("7");
  });

  function comeBack(): ClientFrame | undefined {
    living.onStatus({ phase: "waiting" });
    sent = [];
    living.onOpen();
    return sent[0];
  }

  it("joins anew while the list was not answered", () => {
    living.onFrame({ type: "ping", cursor: "early" });
    expect(comeBack()).toEqual({ type: "list.subscribe", projected_at: "7" });
  });

  it("resumes from the cursor that covers the list and what is open", () => {
    opened = ["c"];
    living.onFrame(listAnswered);
    living.onFrame({ type: "ping", cursor: "before the conversation" });
    living.onFrame(chatAnswered);
    living.onFrame({ type: "ping", cursor: "all" });
    expect(comeBack()).toEqual({ type: "resume", cursor: "all", list: true, conversations: ["c"] });
  });

  it("keeps the former cursor until the resume is answered", () => {
    living.onFrame(listAnswered);
    living.onFrame({ type: "ping", cursor: "first" });
    comeBack();
    living.onFrame({ type: "ping", cursor: "too early" });
    expect(comeBack()).toMatchObject({ type: "resume", cursor: "first" });
  });

  it("takes no cursor for a conversation that was opened and not answered", () => {
    living.onFrame(listAnswered);
    living.onFrame({ type: "ping", cursor: "list alone" });
    opened = ["c"];
    living.onFrame({ type: "ping", cursor: "too early" });
    expect(comeBack()).toMatchObject({ type: "resume", cursor: "list alone", conversations: ["c"] });
  });
});
