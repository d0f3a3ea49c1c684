/** The message box: what each key does, and that no word is lost. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ProblemError } from "../src/gateway/errors";
import { Composer } from "../src/views/chat/Composer";
import { SurroundingsContext, useAppState } from "../src/views/context";
import { createFormat } from "../src/views/format";
import { en } from "../src/words/en";
import { MINE, row } from "./builders";
import { page } from "./page";

const templates = [
  { id: "1", name: "greeting", text: "Hello {{user.name}}, this is {{agent.name}}." },
  { id: "2", name: "details", text: "Order {{order.id}}?" },
];

type Page = ReturnType<typeof page>;

function Box({ canWrite }: { readonly canWrite: boolean }) {
  const chat = useAppState((state) => state.chats.c1);
  return chat === undefined ? null : <Composer id="c1" row={row("c1", { control: MINE, user: { id: "u", name: "Dika" } })} chat={chat} canWrite={canWrite} />;
}

function draw({ app }: Page, canWrite = true) {
  const surroundings = { app, words: en, format: createFormat("en"), preferences: { language: "en", theme: "light", singleKeys: true, density: "comfortable" } as const, setPreferences: vi.fn() };
  return render(
    <SurroundingsContext value={surroundings}>
      <QueryClientProvider client={new QueryClient()}>
        <Box canWrite={canWrite} />
      </QueryClientProvider>
    </SurroundingsContext>,
  );
}

const box = () => screen.getByRole("textbox");

describe("the message box", () => {
  let it_: Page;
  const keys = userEvent.setup();

  beforeEach(async () => {
    vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: vi.fn(), removeEventListener: vi.fn() }));
    Element.prototype.scrollIntoView = vi.fn();
    it_ = page(templates);
    await it_.app.session.begin();
    await it_.app.reading.open("c1");
    it_.app.reading.seen("c1", 2);
  });

  const sentTexts = () => it_.conversations.sendMessage.mock.calls.map(([, body]) => body.text);

  it("sends on Enter and breaks the line on Shift+Enter", async () => {
    draw(it_);
    await keys.type(box(), "one{Shift>}{Enter}{/Shift}two{Enter}");
    expect(sentTexts()).toEqual(["one\ntwo"]);
    expect(box()).toHaveProperty("value", "");
  });

  it("sends nothing while an input method composes, on a held key, or when empty", async () => {
    draw(it_);
    await keys.type(box(), "{Enter}half");
    fireEvent.keyDown(box(), { key: "Enter", isComposing: true });
    fireEvent.keyDown(box(), { key: "Enter", keyCode: 229 });
    fireEvent.keyDown(box(), { key: "Enter", repeat: true });
    expect(sentTexts()).toEqual([]);
  });

  it("opens templates at a slash, takes the chosen one with Enter, and sends it only when asked again", async () => {
    draw(it_);
    await keys.type(box(), "/gre");
    expect(await screen.findByRole("option", { name: /greeting/u })).toHaveProperty("ariaSelected", "true");
    await keys.keyboard("{Enter}");
    expect(box()).toHaveProperty("value", "Hello Dika, this is Budi.");
    expect(sentTexts()).toEqual([]);
    await keys.keyboard("{Enter}");
    expect(sentTexts()).toEqual(["Hello Dika, this is Budi."]);
  });

  it("keeps the text when Esc closes the templates, and Enter then sends", async () => {
    draw(it_);
    await keys.type(box(), "/gre");
    await screen.findByRole("listbox");
    await keys.keyboard("{Escape}");
    expect(screen.queryByRole("listbox")).toBeNull();
    await keys.keyboard("{Enter}");
    expect(sentTexts()).toEqual(["/gre"]);
  });

  it("shows a blank that a template brought, and does not send it", async () => {
    draw(it_);
    await keys.type(box(), "/det");
    await keys.click(await screen.findByRole("option", { name: /details/u }));
    await keys.keyboard("{Enter}");
    expect(screen.getByText("Fill in {{order.id}} before sending.")).toBeTruthy();
    expect(sentTexts()).toEqual([]);
  });

  it("takes the words back when a message came between, and shows it above them", async () => {
    draw(it_);
    it_.conversations.sendMessage.mockRejectedValueOnce(new ProblemError(409, "UNSEEN_MESSAGES", "", { first_seq: "2", last_seq: "2" }));
    await keys.type(box(), "my answer{Enter}");
    await waitFor(() => expect(box()).toHaveProperty("value", "my answer"));
    expect(screen.getByRole("alert").textContent).toContain("m2");
    await keys.keyboard("{Enter}");
    expect(sentTexts()).toEqual(["my answer", "my answer"]);
  });

  it("keeps its words, to be read only, when control is lost", async () => {
    const drawn = draw(it_);
    await keys.type(box(), "unsent");
    drawn.unmount();
    draw(it_, false);
    expect(screen.getByLabelText("Your text that was not sent")).toMatchObject({ value: "unsent", readOnly: true });
    expect(screen.queryByRole("button", { name: "Send" })).toBeNull();
  });
});
