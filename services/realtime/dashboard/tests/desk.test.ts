/** The small rules of list, chat and control. */
import { beforeEach, describe, expect, it } from "vitest";
import type { Agent, Control, Watcher } from "../src/gateway/contract";
import { excerptOf, longWords, markedText, markedWords } from "../src/state/marking";
import { isConnected, isLeftWaiting, returnsAt } from "../src/state/reachable";
import { findTemplates } from "../src/state/templates";
import { createSavedViews } from "../src/state/views";

const found = (parts: ReturnType<typeof markedText>) => parts.filter((part) => part.found).map(({ text }) => text);
const whole = (parts: ReturnType<typeof markedText>) => parts.map(({ text }) => text).join("");

describe("what a search has found", () => {
  it("is marked where words begin, as the list searches", () => {
    expect(found(markedWords("Maya Rahman-Maya", "ma"))).toEqual(["Ma", "Ma"]);
    expect(found(markedWords("maya@example.org", "maya@ex"))).toEqual(["maya@ex"]);
    expect(found(markedWords("Kamaya", "ma"))).toEqual([]);
  });

  it("leaves the text as it is, whatever is searched", () => {
    for (const search of ["", " ", "(", ".*", "\\", "a|", "[^", "é"]) {
      expect(whole(markedWords("a (b) .* [^ é \\", search))).toBe("a (b) .* [^ é \\");
      expect(whole(markedText("a (b) .* [^ é \\", search))).toBe("a (b) .* [^ é \\");
    }
  });

  it("tells words that are too long for a line, and leaves the text as it was", () => {
    const long = "W".repeat(16_000);
    expect(found(longWords(`a ${long}\n${"b".repeat(64)} ${"é".repeat(65)}`))).toEqual([long, "é".repeat(65)]);
    for (const text of ["", "short", `${long} `, ` ${long}${long}`]) expect(whole(longWords(text))).toBe(text);
  });

  it("is in the line that is shown of a long text", () => {
    const line = excerptOf(`${"x ".repeat(400)}here it is${" y".repeat(400)}`, "HERE", 60);
    expect(line).toContain("here it is");
    expect(line.length).toBeLessThanOrEqual(62);
  });
});

describe("an AI agent's platform", () => {
  const row = { platform_id: "p", ai_agent: { id: "bot", name: "Bot" } };
  const watcher = (more: Partial<Watcher>): Watcher => ({ platform_id: "p", name: "w", connected: true, ...more });

  it("is connected while one of its consumers watches this agent", () => {
    expect(isConnected(undefined, row)).toBeUndefined();
    expect(isConnected([], row)).toBe(false);
    expect(isConnected([watcher({})], row)).toBe(true);
    expect(isConnected([watcher({ ai_agent_ids: ["bot"] })], row)).toBe(true);
    expect(isConnected([watcher({ ai_agent_ids: ["other"] }), watcher({ platform_id: "q" }), watcher({ connected: false })], row)).toBe(false);
  });
});

describe("a conversation of somebody who is not there", () => {
  const control = { holder: "human", agent: { id: "siti", display_name: "Siti" }, since: "2026-03-01T09:00:00.000Z" } as unknown as Control;
  const agent = (countdowns?: Agent["countdowns"]): Agent => ({ id: "siti", name: "Siti", display_name: "Siti", role: "agent", ...(countdowns && { countdowns }) });
  const gone = { counted_from: "2026-03-01T10:00:00.000Z", seconds: 120 };
  const at = (agents: readonly Agent[], of = control) => {
    const time = returnsAt(of, agents);
    return time === undefined ? undefined : new Date(time).toISOString();
  };

  it("goes back when the first of the server's countdowns has run out, counted from the later of going and getting", () => {
    expect(at([agent([gone])])).toBe("2026-03-01T10:02:00.000Z");
    expect(at([agent([gone, { counted_from: "2026-03-01T09:46:00.000Z", seconds: 900 }])])).toBe("2026-03-01T10:01:00.000Z");
    expect(at([agent([gone])], { ...control, since: "2026-03-01T11:00:00.000Z" })).toBe("2026-03-01T11:02:00.000Z");
  });

  it("stays where the server counts nothing", () => {
    expect(at([agent()])).toBeUndefined();
    expect(at([agent([])])).toBeUndefined();
    expect(at([])).toBeUndefined();
  });

  it("is loud for supervisors and the holder once the user has waited for too long, never by another's hold", () => {
    const row = { control, oldest_unanswered_at: "2026-03-01T09:30:00.000Z" };
    const after = (minutes: number) => Date.parse("2026-03-01T09:30:00.000Z") + minutes * 60_000;
    const [supervisor, holder, other] = [{ id: "hendra", role: "supervisor" }, { id: "siti", role: "agent" }, { id: "budi", role: "agent" }] as const;
    expect(isLeftWaiting(row, supervisor, after(10), 600)).toBe(false);
    expect(isLeftWaiting(row, supervisor, after(10.1), 600)).toBe(true);
    expect(isLeftWaiting(row, holder, after(10.1), 600)).toBe(true);
    expect(isLeftWaiting(row, other, after(60), 600)).toBe(false);
    expect(isLeftWaiting(row, supervisor, after(60), undefined)).toBe(false);
    expect(isLeftWaiting({ ...row, control: { ...control, since: "2026-03-01T10:20:00.000Z" } }, supervisor, after(55), 600)).toBe(false);
    expect(isLeftWaiting({ control }, supervisor, after(60), 600)).toBe(false);
  });
});

describe("saved views", () => {
  beforeEach(() => localStorage.clear());

  it("outlive the page, each account its own, one for a name and for a list", () => {
    const views = createSavedViews(localStorage, "budi");
    views.save({ name: " Mine in Jakarta ", query: "?q=jakarta" });
    views.save({ name: "Mine in Jakarta", query: "?q=jkt" });
    expect(createSavedViews(localStorage, "budi").all()).toEqual([{ name: "Mine in Jakarta", query: "?q=jkt" }]);
    expect(createSavedViews(localStorage, "siti").all()).toEqual([]);
    expect(views.remove("?q=jkt")).toEqual([]);
  });

  it("are none where what is kept makes no sense", () => {
    localStorage.setItem("baton.views.budi", '[1, {"name": 2}, null, {"name": "a", "query": "?q=a"}]');
    expect(createSavedViews(localStorage, "budi").all()).toEqual([{ name: "a", query: "?q=a" }]);
    localStorage.setItem("baton.views.budi", "{");
    expect(createSavedViews(localStorage, "budi").all()).toEqual([]);
  });
});

describe("templates", () => {
  it("come by name first, then by own use, then in the conversation's language", () => {
    const template = (name: string, more: object = {}) => ({ id: name, name, text: "greet", ...more });
    const all = [template("agree", { own_uses: 9 }), template("greet-en", { locale: "en" }), template("greet-id", { locale: "id" }), template("greeting", { locale: "en", own_uses: 2 })];
    expect(findTemplates(all, "gre", "id-ID").map(({ name }) => name)).toEqual(["greeting", "greet-id", "greet-en", "agree"]);
  });
});
