/** Who types, what the AI is composing, who looks on: dead after six seconds, never part of the log. */
import type { LogEvent } from "../gateway/contract";
import type { Ephemeral } from "../gateway/frames";

const LIFE_MS = 6000;

interface Alive {
  /** Milliseconds since the epoch. */
  readonly until: number;
}

export interface Fleeting {
  readonly userTyping?: Alive | undefined;
  readonly composing?: (Alive & { readonly epoch: number; readonly text: string }) | undefined;
  readonly typing: Readonly<Record<string, Alive & { readonly name: string }>>;
  readonly viewing: Readonly<Record<string, Alive & { readonly name: string }>>;
}

export type FleetingById = Readonly<Record<string, Fleeting>>;

const NONE: Fleeting = { typing: {}, viewing: {} };

export function withFleeting(all: FleetingById, frame: Ephemeral, now: number): FleetingById {
  const before = all[frame.conversation_id] ?? NONE;
  const alive: Alive | undefined = frame.active === false ? undefined : { until: now + LIFE_MS };
  return { ...all, [frame.conversation_id]: applied(before, frame, alive) };
}

function applied(before: Fleeting, frame: Ephemeral, alive: Alive | undefined): Fleeting {
  if (frame.kind === "composing") {
    return { ...before, composing: alive && { ...alive, epoch: frame.epoch ?? 0, text: frame.partial_text ?? "" } };
  }
  if (frame.kind === "typing" && frame.user === true) return { ...before, userTyping: alive };
  const id = frame.agent_id ?? "";
  const others = Object.entries(before[frame.kind]).filter(([other]) => other !== id);
  const people = alive ? [...others, [id, { ...alive, name: frame.agent_name ?? "" }] as const] : others;
  return { ...before, [frame.kind]: Object.fromEntries(people) };
}

/** What an event of the log ends: the AI's unfinished text at every takeover and by its message, typing by the typist's message. */
export function afterEvent(all: FleetingById, event: LogEvent): FleetingById {
  const before = all[event.conversation_id];
  if (before === undefined) return all;
  if (event.type === "ai_message" || event.type === "taken_over") return { ...all, [event.conversation_id]: { ...before, composing: undefined } };
  if (event.type === "user_message") return { ...all, [event.conversation_id]: { ...before, userTyping: undefined } };
  return all;
}

/** Forget what has died; returns the same object when nothing has. */
export function buried(all: FleetingById, now: number): FleetingById {
  const dead = (thing: Alive | undefined) => thing !== undefined && thing.until <= now;
  const living = <T extends Alive>(people: Readonly<Record<string, T>>) => Object.fromEntries(Object.entries(people).filter(([, person]) => !dead(person)));
  const touched = Object.entries(all).filter(([, it]) => dead(it.userTyping) || dead(it.composing) || [...Object.values(it.typing), ...Object.values(it.viewing)].some(dead));
  if (touched.length === 0) return all;
  const next = Object.fromEntries(
    touched.map(([id, it]) => [
      id,
      { userTyping: dead(it.userTyping) ? undefined : it.userTyping, composing: dead(it.composing) ? undefined : it.composing, typing: living(it.typing), viewing: living(it.viewing) },
    ]),
  );
  return { ...all, ...next };
}
