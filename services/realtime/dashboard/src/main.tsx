/** Joins gateway, state and views. */
import "@fontsource-variable/inter/wght.css";
import "./styles/tokens.css";
import "./styles/base.css";

import { QueryClient } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createApi } from "./gateway/api";
import { systemClock } from "./gateway/clock";
import { createDesktop } from "./gateway/desktop";
import { createRest } from "./gateway/rest";
import { createSound } from "./gateway/sound";
import { createSocket } from "./gateway/socket";
import { createTabs } from "./gateway/tabs";
import { readPreferences } from "./state/preferences";
import { conversationPath, ROOT } from "./state/route";
import { createStore } from "./state/store";
import { createApp } from "./use_cases/app";
import { navigate } from "./views/context";
import { Root } from "./views/Root";
import { loadWords } from "./words/languages";

/** Drawing waits for nothing longer than this, also in a hidden tab, where the browser draws no frames. */
const LONGEST_WAIT_MS = 100;

function beforeDrawing(call: () => void): void {
  let called = false;
  const once = () => {
    if (called) return;
    called = true;
    call();
  };
  requestAnimationFrame(once);
  setTimeout(once, LONGEST_WAIT_MS);
}

function storageIfAllowed(): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}

const storage = storageIfAllowed();
const queries = new QueryClient({ defaultOptions: { queries: { staleTime: 30_000, retry: 1 } } });
const api = createApi(createRest(window.fetch.bind(window), () => app.session.ended()));
const sound = createSound();
const socketUrl = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/socket`;
const app = createApp(
  { api, store: createStore(), clock: systemClock, newId: () => crypto.randomUUID(), beforeDrawing },
  (living) => createSocket(() => new WebSocket(socketUrl), systemClock, living),
  storage,
  {
    desktop: createDesktop(`${ROOT}/icon.svg`),
    sound,
    tabs: createTabs(),
    open(id) {
      window.focus();
      navigate(conversationPath(id));
    },
  },
);

for (const press of ["pointerdown", "keydown"]) window.addEventListener(press, sound.unlock);
window.addEventListener("storage", (event) => app.alerting.onStored(event.key));

window.addEventListener("online", app.online);
window.addEventListener("offline", app.offline);

/** Only who has the page before them sees what it shows. */
function watch(): void {
  app.ports.store.dispatch({ type: "watched", watched: !document.hidden && document.hasFocus() });
}
for (const change of ["focus", "blur"]) window.addEventListener(change, watch);
document.addEventListener("visibilitychange", () => {
  watch();
  if (!document.hidden) app.online();
});
watch();

// What one account was shown is not kept for the next.
app.ports.store.subscribe(() => {
  if (app.ports.store.state().session.phase === "out") queries.clear();
});

const place = document.getElementById("app");
if (place === null) throw new Error("index.html has no #app");
const root = createRoot(place);
const preferences = readPreferences(storage, navigator.languages);

async function draw(): Promise<void> {
  const initial = { preferences, words: await loadWords(preferences.language) };
  root.render(
    <StrictMode>
      <Root app={app} queries={queries} storage={storage} initial={initial} />
    </StrictMode>,
  );
}
void draw();

/** The first question is asked until it is answered: without it nothing can be shown. */
function begin(pause = 500): void {
  app.session.begin().catch(() => systemClock.after(pause, () => begin(Math.min(pause * 2, 10_000))));
}
begin();
