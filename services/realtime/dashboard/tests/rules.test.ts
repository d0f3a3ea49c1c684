/** The pure rules: rights, URL, templates, drafts, insights. */
import { describe, expect, it } from "vitest";
import { hindranceOf, rejoined } from "../src/state/composing";
import { indicatorOf, rightsOf, statusOf } from "../src/state/control";
import { createDrafts } from "../src/state/drafts";
import { formatFilters, parseFilters } from "../src/state/filters";
import { briefOf, controlHistory, ghostDrafts, notesOf } from "../src/state/insights";
import { parseRoute } from "../src/state/route";
import { fillTemplate, findTemplates, slashAt } from "../src/state/templates";
import { timeline } from "./timeline";
import { emptyChat, withEvents } from "../src/state/chat";
import { unseenMessages } from "../src/state/unseen";
import { AI, at, event, ME, MINE, QUEUE, row, said, SITIS } from "./builders";
import { conversationId, log } from "./golden";

describe("control", () => {
  const supervisor = { ...ME, role: "supervisor" } as const;

  it("is read from where one stands", () => {
    expect([AI, QUEUE, MINE, SITIS].map((control) => statusOf(control, "me"))).toEqual(["ai", "needs_human", "mine", "others"]);
  });

  it("gives an agent only what would not be refused", () => {
    expect(rightsOf(AI, ME)).toMatchObject({ takeOver: "yes", write: false, close: false, transfer: true });
    expect(rightsOf(MINE, ME)).toMatchObject({ takeOver: "no", write: true, handBack: true, release: true, close: true });
    expect(rightsOf(SITIS, ME)).toMatchObject({ takeOver: "no", write: false, transfer: false });
    expect(rightsOf(SITIS, ME, "me").takeOver).toBe("yes");
    expect(rightsOf(SITIS, supervisor)).toMatchObject({ takeOver: "reason", handBack: true, close: true });
  });

  it("says that the user waits before it says who handles", () => {
    expect(indicatorOf(row("a", { oldest_unanswered_at: at(1) }))).toEqual({ kind: "waiting", since: at(1) });
    expect(indicatorOf(row("a")).kind).toBe("ai_handling");
    expect(indicatorOf(row("a", { control: QUEUE })).kind).toBe("queued");
  });
});

describe("the URL", () => {
  it("carries filters there and back, and forgets what it does not know", () => {
    const query = "?q=dika&status=needs_human%2Cmine&ai=nova&agent=siti&sort=newest";
    expect(formatFilters(parseFilters(query))).toBe(query);
    expect(formatFilters(parseFilters("?status=bogus&sort=bogus"))).toBe("");
  });

  it("leads on after the login only within the dashboard", () => {
    const route = (next: string) => parseRoute(new URL(`http://x/human-agent/login?next=${encodeURIComponent(next)}`));
    expect(route("/human-agent/team")).toEqual({ page: "login", next: "/human-agent/team" });
    expect(route("https://evil.example/")).toEqual({ page: "login", next: "/human-agent/conversations" });
  });
});

describe("templates", () => {
  const list = ["agree", "greeting-late", "greeting", "solved"].map((name) => ({ id: name, name, text: `text of ${name}` }));

  it.each([
    ["/gre", 4, { from: 0, query: "gre" }],
    ["hello /gre", 10, { from: 6, query: "gre" }],
    ["a\n/", 3, { from: 2, query: "" }],
    ["and/or", 6, undefined],
    ["/gre ", 5, undefined],
    ["https://x", 9, undefined],
  ])("are asked for by %j", (text, caret, slash) => {
    expect(slashAt(text, caret)).toEqual(slash);
  });

  it("are ranked by the beginning of their name", () => {
    expect(findTemplates(list, "gre").map(({ name }) => name)).toEqual(["greeting", "greeting-late", "agree"]);
    expect(findTemplates(list, "").length).toBe(4);
    expect(findTemplates(list, "nothing")).toEqual([]);
  });

  it("are filled, take defaults, and leave a blank that stops sending", () => {
    const { text, blanks } = fillTemplate("Hi {{user.name|there}}, {{agent.name}} here. Order {{order.id}}?", { "agent.name": "Budi" });
    expect(text).toBe("Hi there, Budi here. Order {{order.id}}?");
    expect(hindranceOf(text, blanks)).toEqual({ kind: "blank", blank: "{{order.id}}" });
    expect(hindranceOf("Order {{typed by hand}}", blanks)).toBeUndefined();
  });
});

describe("writing", () => {
  it("is hindered by nothing but emptiness, blanks and 16 KiB of UTF-8", () => {
    expect(hindranceOf("  \n", [])).toEqual({ kind: "empty" });
    expect(hindranceOf("ü".repeat(8192), [])).toBeUndefined();
    expect(hindranceOf("ü".repeat(8193), [])).toEqual({ kind: "too_long" });
  });

  it("keeps drafts apart by account and conversation, and through a reload", () => {
    createDrafts(localStorage, "me").write("reply", "c1", "half a sentence");
    expect(createDrafts(localStorage, "me").read("reply", "c1")).toBe("half a sentence");
    expect(createDrafts(localStorage, "other").read("reply", "c1")).toBe("");
    expect(createDrafts(localStorage, "me").read("note", "c1")).toBe("");
    expect(rejoined("sent", "typed meanwhile")).toBe("sent\ntyped meanwhile");
  });

  it("is warned only of the user's and colleagues' messages", () => {
    const events = [said(1), event(2, "note_added", { text: "n" }), event(3, "human_message", { text: "mine", agent: { id: "me", display_name: "Budi" } }), said(4)];
    expect(unseenMessages(events, 1, "me").map(({ seq }) => seq)).toEqual([4]);
  });
});

describe("what the log says", () => {
  it("draws the golden conversation: the user right, the AI and people left, system messages in between", () => {
    const items = timeline(withEvents(emptyChat(conversationId, 0), log), { id: "nobody", display_name: "" }, false);
    const authors = items.flatMap((item) => (item.kind === "message" ? [item.author] : []));
    expect(new Set(authors)).toEqual(new Set(["user", "ai", "colleague"]));
    expect(items.some((item) => item.kind === "system" && item.text === "Human agent (Budi Santoso) has taken over this conversation")).toBe(true);
  });

  it("shows a draft of the AI until it is resolved or a human has written", () => {
    const draft = event(2, "ai_draft_withheld", { text: "I would say", last_user_seq: 1 });
    expect(ghostDrafts([said(1), draft])).toEqual([{ seq: 2, text: "I would say", outdated: false }]);
    expect(ghostDrafts([said(1), draft, said(3)])[0]?.outdated).toBe(true);
    expect(ghostDrafts([draft, event(3, "draft_resolved", { draft_seq: 2 })])).toEqual([]);
    expect(ghostDrafts([draft, event(3, "human_message", { text: "no" })])).toEqual([]);
  });

  it("keeps the brief on top until the conversation is handed back", () => {
    const asked = event(1, "human_requested", { by: "user", reason: "wants a person", priority: "high" });
    expect(briefOf([asked, event(2, "taken_over", {})])).toMatchObject({ kind: "request", reason: "wants a person" });
    expect(briefOf([asked, event(2, "handed_back", {})])).toBeUndefined();
  });

  it("tells who held it when, the newest first, and the notes", () => {
    expect(controlHistory(log).at(-1)).toMatchObject({ kind: "started", name: "Nova" });
    expect(controlHistory(log).map(({ kind }) => kind)).toContain("transferred");
    expect(notesOf(log).length).toBe(1);
  });
});
