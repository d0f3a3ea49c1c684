/** The page without views, against a gateway that is played. */
import { vi } from "vitest";
import type { Api } from "../src/gateway/api";
import type { LogEvent, Outcome, Template } from "../src/gateway/contract";
import type { ClientFrame } from "../src/gateway/frames";
import { createStore } from "../src/state/store";
import { createApp } from "../src/use_cases/app";
import type { Ways } from "../src/use_cases/alerting";
import type { Living } from "../src/use_cases/living";
import { at, ME, MINE, row, said } from "./builders";
import { testClock } from "./clock";

const outcome = (seq: number): Outcome => ({ conversation_id: "c1", seq, at: at(seq), control: MINE });

export function page(templates: readonly Template[] = [], ways?: Ways) {
  const clock = testClock(Date.parse(at(20)));
  const sent: ClientFrame[] = [];
  const conversations = {
    list: vi.fn(() => Promise.resolve({ rows: [row("c1", { seq: 2 })], counts: { open: 1 }, projected_at: "7" })),
    row: vi.fn((id: string) => Promise.resolve(row(id))),
    events: vi.fn((...[, query]: [id: string, query: { after_seq?: number; before_seq?: number }]) =>
      Promise.resolve({ events: query.after_seq === undefined ? [said(1), said(2)] : ([] as LogEvent[]), more: false }),
    ),
    takeOver: vi.fn(() => Promise.resolve(outcome(3))),
    transfer: vi.fn(() => Promise.resolve(outcome(3))),
    sendMessage: vi.fn<Api["conversations"]["sendMessage"]>(() => Promise.resolve(outcome(3))),
    landmarks: vi.fn(() => Promise.resolve({ events: [] as LogEvent[] })),
    markRead: vi.fn((_id: string, seq: number) => Promise.resolve({ read_seq: seq, unread: 0 })),
  };
  const api = { session: { me: () => Promise.resolve({ account: ME }), login: () => Promise.resolve({ account: ME }), logout: () => Promise.resolve() }, conversations, templates: () => Promise.resolve(templates), template: { used: () => Promise.resolve() }, watchers: () => Promise.resolve([]) } as unknown as Api;
  let feed: Living | undefined;
  let ids = 0;
  const app = createApp(
    { api, store: createStore(), clock, newId: () => `id-${++ids}`, beforeDrawing: (call) => call() },
    (living) => {
      feed = living;
      return { send: (frame) => sent.push(frame), start: vi.fn(), stop: vi.fn(), retryNow: vi.fn(), drop: vi.fn() };
    },
    localStorage,
    ways,
  );
  const living = feed as unknown as Living;
  return { app, clock, sent, conversations, living, state: () => app.ports.store.state() };
}
