/** The rules around the conversations: templates, settings, imports, letting go, the command menu, devices. */
import { describe, expect, it } from "vitest";
import type { WorkspaceSettings } from "../src/gateway/around";
import type { Row, Template } from "../src/gateway/contract";
import { matching } from "../src/state/commands";
import { deviceOf } from "../src/state/devices";
import { linksCsv, parseAccounts, parseCsv } from "../src/state/importing";
import { allGone, doneOf, failedOf, leftOf, lettingOf, progressAfter, withChosen, withProgress } from "../src/state/letting";
import { peopleOf } from "../src/state/people";
import { byPlatform, listeningOf } from "../src/state/platforms";
import { maySee } from "../src/state/route";
import { clockMinutes, clockText, copiedFromMonday, isSame, isWithin, unitOf, withStretch, withText, wrongDay } from "../src/state/settings";
import { findTemplates } from "../src/state/templates";
import { bodyOf, faultOf, foldersOf, isChanged, mayEdit, newTemplate } from "../src/state/templates_page";

const GREET: Template = { id: "1", name: "greet", text: "Hello {{user.name}}", folder: "Hello", revision: 2 };
const BYE: Template = { id: "2", name: "bye", text: "Goodbye", owner_id: "me", own_uses: 4 };

describe("templates", () => {
  it("stand in folders, those without one last, and are searched in name, text and folder", () => {
    expect(foldersOf([BYE, GREET], "", "all").map((folder) => folder.name)).toEqual(["Hello", ""]);
    expect(foldersOf([BYE, GREET], "/gre", "all").flatMap((folder) => folder.templates)).toEqual([GREET]);
    expect(foldersOf([BYE, GREET], "hello user", "shared").flatMap((folder) => folder.templates)).toEqual([GREET]);
    expect(foldersOf([BYE, GREET], "", "own").flatMap((folder) => folder.templates)).toEqual([BYE]);
    expect(foldersOf([BYE, GREET], "nothing", "all")).toEqual([]);
  });

  it("are edited by their owner, shared ones by supervisors", () => {
    expect(mayEdit(GREET, { id: "me", role: "agent" })).toBe(false);
    expect(mayEdit(GREET, { id: "me", role: "supervisor" })).toBe(true);
    expect(mayEdit(BYE, { id: "me", role: "agent" })).toBe(true);
  });

  it("say what the server would refuse, and whether anything was changed", () => {
    expect(faultOf(newTemplate(true, "en"))).toBe("name");
    expect(faultOf({ ...bodyOf(GREET), name: "two words" })).toBe("name");
    expect(faultOf({ ...bodyOf(GREET), text: " " })).toBe("text");
    expect(faultOf(bodyOf(GREET))).toBeUndefined();
    expect(isChanged(bodyOf(GREET), { ...bodyOf(GREET), revision: 9 })).toBe(false);
    expect(isChanged(bodyOf(GREET), { ...bodyOf(GREET), folder: "" })).toBe(true);
  });

  it("are ranked by the beginning of the name, then by own use", () => {
    const often: Template = { ...GREET, id: "3", name: "greeting", own_uses: 9 };
    expect(findTemplates([GREET, often, BYE], "gre").map((template) => template.id)).toEqual(["3", "1"]);
  });
});

describe("settings", () => {
  const HOURS = [{ weekday: 0, opens: 540, closes: 1020 }];
  const SETTINGS: WorkspaceSettings = { hours: HOURS, grace_seconds: 120, away_seconds: 900, idle_seconds: 86_400, unanswered_seconds: 600, reopen: true, default_language: "en", texts: [], revision: 1 };

  it("read times of day, midnight as an end being the end of the day", () => {
    expect(clockText(510)).toBe("08:30");
    expect(clockMinutes("08:30", false)).toBe(510);
    expect(clockMinutes("00:00", true)).toBe(1440);
    expect(clockMinutes("25:00", false)).toBeUndefined();
    expect(clockMinutes("", false)).toBeUndefined();
  });

  it("add stretches, copy Monday and find the day that is wrong", () => {
    const two = withStretch(HOURS, 0);
    expect(two.map((each) => [each.opens, each.closes])).toEqual([[540, 1020], [1080, 1200]]);
    expect(copiedFromMonday(two).length).toBe(10);
    expect(wrongDay(two)).toBeUndefined();
    expect(wrongDay([...HOURS, { weekday: 0, opens: 1000, closes: 1100 }])).toBe(0);
    expect(wrongDay([{ weekday: 3, opens: 60, closes: 60 }])).toBe(3);
  });

  it("show a time in its largest whole unit and know the server's bounds", () => {
    expect([86_400, 900, 90].map(unitOf)).toEqual(["hours", "minutes", "seconds"]);
    expect(isWithin("grace_seconds", 9)).toBe(false);
    expect(isWithin("grace_seconds", Number.NaN)).toBe(false);
    expect(isWithin("idle_seconds", 3600)).toBe(true);
  });

  it("are the same whatever the revision and the order of texts", () => {
    const texts = withText(withText([], "id", "closed", "Selesai"), "en", "closed", "Done");
    expect(isSame({ ...SETTINGS, texts }, { ...SETTINGS, time_zone: "", texts: [...texts].reverse(), revision: 7 })).toBe(true);
    expect(isSame(SETTINGS, { ...SETTINGS, texts })).toBe(false);
    expect(withText(texts, "id", "closed", "")).toEqual([{ language: "en", code: "closed", text: "Done" }]);
  });
});

describe("an import", () => {
  it("reads quoted cells, byte order marks and semicolons", () => {
    expect(parseCsv('\uFEFFa,"b ""c"", d"\r\n\r\n1,"two\nlines"')).toEqual([["a", 'b "c", d'], ["1", "two\nlines"]]);
    expect(parseCsv("a;b\n1;2,3")).toEqual([["a", "b"], ["1", "2,3"]]);
  });

  it("knows columns by name, makes agents of those without a role, and leaves out a role that is none", () => {
    const parsed = parseAccounts("Name,E-mail,role\nSiti,siti@a.example,\nRafi,rafi@a.example,boss");
    expect("rows" in parsed && parsed.rows.map((row) => [row.name, row.email, row.role])).toEqual([["Siti", "siti@a.example", "agent"], ["Rafi", "rafi@a.example", undefined]]);
  });

  it("says why a file is none", () => {
    expect(parseAccounts("a,b\n1,2")).toEqual({ fault: "columns" });
    expect(parseAccounts("email,name\n")).toEqual({ fault: "noRows" });
    expect(parseAccounts(`email,name\n${"a@b.c,A\n".repeat(201)}`)).toEqual({ fault: "tooMany" });
  });

  it("writes links in which no cell is a formula", () => {
    const account = { id: "1", email: "=cmd@a.example", name: 'A "B"', display_name: "A", role: "agent" } as const;
    expect(linksCsv([{ account, link_token: "t" }], (token) => `https://x/#${token}`)).toBe(`email,name,link\r\n'=cmd@a.example,"A ""B""",https://x/#t\r\n`);
  });
});

describe("letting go", () => {
  const row = (id: string): Row => ({ conversation_id: id, seq: 1, control: { holder: "human", since: "2026-01-01T00:00:00.000Z", ai_may_speak: false, epoch: 1 } });
  const three = lettingOf(["a", "b", "c"].map(row));

  it("hands on what is chosen and still in hand", () => {
    const without = withChosen(three, "b", false);
    expect(leftOf(without).map((each) => each.conversation_id)).toEqual(["a", "c"]);
    const one = withProgress(withProgress(without, "a", progressAfter(undefined)), "c", progressAfter("UNSEEN_MESSAGES"));
    expect([doneOf(one), failedOf(one), allGone(one)]).toEqual([1, 1, false]);
    expect(leftOf(one).map((each) => each.conversation_id)).toEqual(["c"]);
  });

  it("is over when nothing is in hand any more, whoever took it", () => {
    const over = ["a", "b", "c"].reduce((letting, id) => withProgress(letting, id, progressAfter(id === "a" ? "NOT_HOLDER" : undefined)), three);
    expect(allGone(over)).toBe(true);
  });
});

describe("the rest", () => {
  it("finds commands by the beginnings of their words, the best first", () => {
    const commands = [{ label: "Conversations of Siti", also: "Siti Aminah" }, { label: "Settings" }, { label: "Theme: Dark" }];
    expect(matching(commands, "s").map((each) => each.label)).toEqual(["Settings", "Conversations of Siti"]);
    expect(matching(commands, "dark th")).toEqual([commands[2]]);
    expect(matching(commands, "x")).toEqual([]);
    expect(matching(commands, "")).toEqual(commands);
  });

  it("leads only to pages that a role may see", () => {
    expect(maySee("team", "agent")).toBe(false);
    expect(maySee("team", "supervisor")).toBe(true);
    expect(maySee("settings", "supervisor")).toBe(false);
    expect(maySee("templates", "agent")).toBe(true);
  });

  it("names a device by what its browser says", () => {
    expect(deviceOf("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0")).toBe("Edge · Windows");
    expect(deviceOf("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1")).toBe("Safari · iPhone");
    expect(deviceOf("curl/8")).toBe("curl/8");
    expect(deviceOf("")).toBeUndefined();
  });

  it("joins agents with their accounts and puts the disabled last", () => {
    const agent = (id: string, name: string, disabled: boolean) => ({ id, name, display_name: name, role: "agent" as const, disabled });
    const accounts = [{ id: "b", email: "b@a.example", name: "Budi", display_name: "Budi", role: "agent" as const }];
    const people = peopleOf([agent("a", "Ani", true), agent("b", "Budi", false)], accounts, "");
    expect(people.map((person) => [person.id, person.account?.email])).toEqual([["b", "b@a.example"], ["a", undefined]]);
    expect(peopleOf([agent("a", "Ani", false)], [], "b@a")).toEqual([]);
  });

  it("groups keys by platform, those that work first", () => {
    const keys = [{ id: "1", name: "old", platform_id: "p", revoked: true }, { id: "2", name: "new", platform_id: "p", last_used_at: "2026-01-01T00:00:00.000Z" }, { id: "3", name: "dead", platform_id: "q", revoked: true }];
    expect(byPlatform([...keys].reverse()).map((each) => each.keys.map((key) => key.id))).toEqual([["2", "1"], ["3"]]);
  });

  it("says of a platform that it listens, until when it did, or that it never did", () => {
    const watcher = (platform_id: string, connected: boolean, minute: number) => ({ platform_id, name: "main", connected, last_seen_at: `2026-01-01T00:0${minute}:00.000Z` });
    const watchers = [watcher("p", false, 1), watcher("p", true, 2), watcher("q", false, 1), watcher("q", false, 3)];
    expect(listeningOf("p", watchers)).toEqual({ kind: "now" });
    expect(listeningOf("q", watchers)).toEqual({ kind: "not_since", at: "2026-01-01T00:03:00.000Z" });
    expect(listeningOf("r", watchers)).toEqual({ kind: "never" });
  });
});
