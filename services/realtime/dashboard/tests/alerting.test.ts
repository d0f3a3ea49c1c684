/** What is told to whom, by which way, and when it is taken back. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { RowPatch } from "../src/gateway/contract";
import { defaultAlerts, readAlerts, withChoice, withNewOnDesktop, writeAlerts } from "../src/state/alerts";
import { noticed, type Watcher } from "../src/state/notices";
import { plainLine } from "../src/state/plain";
import type { TabMessage, Ways } from "../src/use_cases/alerting";
import { at, ME, MINE, QUEUE, row, SITIS } from "./builders";
import { page } from "./page";

const SITI = { id: "siti", display_name: "Siti" };
const TRANSFERRED = { ...MINE, cause: "transferred", epoch: 4 } as const;

describe("what is noticed", () => {
  const now = Date.parse(at(10));
  const watcher: Watcher = { meId: "me", available: true };
  const told = (before: ReturnType<typeof row> | undefined, after: ReturnType<typeof row>, patch: Partial<RowPatch> = {}, who: Partial<Watcher> = {}) =>
    noticed([], before, after, { at: at(9), ...patch }, { ...watcher, ...who }, now).map(({ kind }) => kind);

  it("is a new conversation, a call for a human, a transfer to me, control that was lost, and words in what I hold", () => {
    expect(told(undefined, row("a"), { started_at: at(9) })).toEqual(["new"]);
    expect(told(row("a"), row("a", { control: QUEUE }))).toEqual(["needs_human"]);
    expect(told(row("a", { control: SITIS }), row("a", { control: TRANSFERRED }))).toEqual(["given_to_me"]);
    expect(told(row("a", { control: MINE }), row("a", { control: SITIS }))).toEqual(["control_lost"]);
    expect(told(row("a", { control: MINE }), row("a", { control: MINE, user_message_count: 9 }))).toEqual(["message"]);
    expect(told(row("a"), row("a", { control: SITIS }))).toEqual([]);
  });

  it("is not what I did myself, nor what is before my eyes", () => {
    expect(told(row("a", { control: MINE }), row("a", { control: QUEUE }), { by: { id: "me", display_name: "Budi" } })).toEqual([]);
    expect(told(row("a", { control: MINE }), row("a", { control: SITIS }), {}, { ownEpoch: SITIS.epoch })).toEqual([]);
    expect(told(row("a", { control: MINE }), row("a", { control: MINE, user_message_count: 9 }), {}, { looking: "a" })).toEqual([]);
  });

  it("is for who is away only what is addressed to them, and for nobody old news of others", () => {
    expect(told(row("a"), row("a", { control: QUEUE }), {}, { available: false })).toEqual([]);
    expect(told(undefined, row("a"), { started_at: at(9) }, { available: false })).toEqual([]);
    expect(told(row("a", { control: SITIS }), row("a", { control: TRANSFERRED }), {}, { available: false })).toEqual(["given_to_me"]);
    expect(told(row("a"), row("a", { control: QUEUE }), { at: at(-3600) })).toEqual([]);
    expect(told(row("a", { control: SITIS }), row("a", { control: TRANSFERRED }), { at: at(-3600) })).toEqual(["given_to_me"]);
  });

  it("is, of a row that nobody knew, what its own times say", () => {
    expect(told(undefined, row("a", { control: { ...TRANSFERRED, since: at(9) } }), { by: SITI })).toEqual(["given_to_me"]);
    expect(told(undefined, row("a", { control: { ...TRANSFERRED, since: at(2) } }), { by: SITI })).toEqual([]);
  });

  it("is withdrawn once somebody has it", () => {
    const calls = noticed([], row("a"), row("a", { control: QUEUE }), { at: at(9) }, watcher, now);
    expect(noticed(calls, row("a", { control: QUEUE }), row("a", { control: SITIS }), { at: at(9) }, watcher, now)).toEqual([]);
  });
});

describe("the ways", () => {
  let it_: ReturnType<typeof page>;
  const fakes = () => ({
    desktop: { show: vi.fn<Ways["desktop"]["show"]>(), withdraw: vi.fn<Ways["desktop"]["withdraw"]>() },
    sound: { play: vi.fn<Ways["sound"]["play"]>() },
    said: [] as TabMessage[],
    hear: (() => undefined) as (message: TabMessage) => void,
    first: true,
  });
  let ways: ReturnType<typeof fakes>;

  beforeEach(async () => {
    ways = fakes();
    const port: Ways = {
      desktop: { permission: () => "granted", ask: () => Promise.resolve("granted"), ...ways.desktop },
      sound: { sample: () => undefined, ...ways.sound },
      tabs: {
        join: (_account, receive) => (ways.hear = receive),
        leave: () => undefined,
        tell: (message) => ways.said.push(message),
        isFirst: () => ways.first,
      },
      open: () => undefined,
    };
    it_ = page([], port);
    await it_.app.session.begin();
    it_.app.listing.begin();
    await vi.waitFor(() => expect(it_.state().list.loading).toBe("no"));
  });

  let seq = 10;
  const patch = (more: Partial<RowPatch>) =>
    it_.living.onFrame({ type: "row", patch: { conversation_id: "c1", seq: ++seq, at: new Date(it_.clock.now()).toISOString(), control: row("c1").control, ...more } });
  const call = () => patch({ control: { ...QUEUE, epoch: seq } });
  const kinds = () => it_.state().notices.filter(({ due }) => due === undefined).map(({ kind }) => kind);

  it("tell that somebody needs a human after two seconds, by page and sound, not on the desktop", () => {
    call();
    it_.clock.pass(1900);
    expect(kinds()).toEqual([]);
    it_.clock.pass(1000);
    expect(kinds()).toEqual(["needs_human"]);
    expect(ways.sound.play).toHaveBeenCalledTimes(1);
    expect(ways.desktop.show).not.toHaveBeenCalled();
  });

  it("are silent when somebody takes it within two seconds, and take it back everywhere later", () => {
    call();
    it_.clock.pass(1000);
    patch({ control: { ...SITIS, epoch: seq } });
    it_.clock.pass(5000);
    expect(ways.sound.play).not.toHaveBeenCalled();
    it_.app.alerting.choose(withChoice(it_.state().alerts, "needs_human", "desktop", true));
    call();
    it_.clock.pass(3000);
    expect(ways.desktop.show).toHaveBeenCalledTimes(1);
    patch({ control: { ...SITIS, epoch: seq } });
    expect(ways.desktop.withdraw).toHaveBeenCalledWith("needs-c1");
    expect(kinds()).toEqual([]);
  });

  it("tell by page, desktop and sound what is addressed to me; the other tabs only by their page", () => {
    ways.first = false;
    patch({ control: { ...TRANSFERRED, epoch: seq }, by: SITI });
    it_.clock.pass(400);
    expect(ways.desktop.show).not.toHaveBeenCalled();
    expect(kinds()).toEqual(["given_to_me"]);
    ways.first = true;
    patch({ control: { ...TRANSFERRED, epoch: seq }, user_message_count: 5 });
    it_.clock.pass(400);
    expect(ways.desktop.show.mock.calls.map(([id]) => id)).toEqual(["message-c1"]);
  });

  it("are heard once in five seconds at most", () => {
    patch({ control: { ...TRANSFERRED, epoch: seq }, by: SITI });
    for (let count = 5; count < 15; count += 1) {
      patch({ control: TRANSFERRED, user_message_count: count });
      it_.clock.pass(400);
    }
    expect(ways.sound.play).toHaveBeenCalledTimes(1);
    it_.clock.pass(2000);
    patch({ control: TRANSFERRED, user_message_count: 40 });
    it_.clock.pass(400);
    expect(ways.sound.play).toHaveBeenCalledTimes(2);
  });

  it("are told by no tab once another one has seen it", () => {
    patch({ control: { ...TRANSFERRED, epoch: seq }, by: SITI });
    ways.hear({ type: "settled", id: "given-c1" });
    it_.clock.pass(1000);
    expect(ways.desktop.show).not.toHaveBeenCalled();
    expect(ways.said).toEqual([]);
  });

  it("tell the other tabs what was dismissed or opened here", async () => {
    patch({ control: { ...TRANSFERRED, epoch: seq }, by: SITI });
    await it_.app.reading.open("c1");
    expect(ways.said).toContainEqual({ type: "settled", id: "given-c1" });
    expect(kinds()).toEqual([]);
  });

  it("tell of new conversations on the desktop only in the lists that were chosen", () => {
    const begin = (id: string) => patch({ conversation_id: id, started_at: at(20), user: { id, name: id }, ai_agent: { id: "tara", name: "Tara" } });
    begin("n1");
    it_.clock.pass(400);
    expect(kinds()).toEqual(["new"]);
    it_.app.alerting.choose(withNewOnDesktop(it_.state().alerts, "?ai=tara", true));
    begin("n2");
    it_.clock.pass(400);
    expect(ways.desktop.show).toHaveBeenCalledTimes(1);
    expect(ways.sound.play).not.toHaveBeenCalled();
  });

  it("let no time run out while nobody looks", () => {
    it_.app.ports.store.dispatch({ type: "watched", watched: false });
    call();
    it_.clock.pass(600_000);
    expect(kinds()).toEqual(["needs_human"]);
    it_.app.ports.store.dispatch({ type: "watched", watched: true });
    it_.clock.pass(10_000);
    expect(kinds()).toEqual([]);
  });

  it("take back what was not addressed to me when I go away, and tell the server", () => {
    call();
    it_.clock.pass(3000);
    it_.app.alerting.setPresence("away");
    expect(kinds()).toEqual([]);
    expect(it_.sent.at(-1)).toEqual({ type: "presence", presence: "away" });
  });
});

describe("the choice", () => {
  it("is kept for the account, and what is spoilt is as at first", () => {
    const chosen = withNewOnDesktop({ ...withChoice(defaultAlerts, "message", "sound", false), volume: 10 }, "?status=ai", true);
    writeAlerts(localStorage, ME.id, chosen);
    expect(readAlerts(localStorage, ME.id)).toEqual(chosen);
    expect(readAlerts(localStorage, "another")).toEqual(defaultAlerts);
    localStorage.setItem("baton.alerts.spoilt", '{"kinds":{"new":7},"volume":"loud","newOnDesktop":{}}');
    expect(readAlerts(localStorage, "spoilt")).toEqual(defaultAlerts);
  });
});

describe("foreign text outside of the page", () => {
  it("is one line, turns nothing around, hides nothing, and ends between characters", () => {
    expect(plainLine("a\u202Egnp.exe\nb\u0000c\u200Bd")).toBe("a gnp.exe b c d");
    expect(plainLine("👩‍👩‍👧".repeat(40), 10)).toMatch(/^(?:👩‍👩‍👧){9}…$/u);
  });
});
