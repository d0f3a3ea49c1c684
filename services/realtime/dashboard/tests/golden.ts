/** The golden examples that Python's tests read too. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { LogEvent, RowPatch } from "../src/gateway/contract";

const FOLDER = join(import.meta.dirname, "../../../../proto/golden");

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the reader says what the file is, as the contract does
export function golden<T>(path: string): T {
  return JSON.parse(readFileSync(join(FOLDER, path), "utf8")) as T;
}

export function goldenNames(folder: string): readonly string[] {
  return readdirSync(join(FOLDER, folder)).map((name) => name.replace(/\.json$/u, ""));
}

interface EventExample {
  readonly browser?: LogEvent;
  readonly patch?: RowPatch;
}

const examples = goldenNames("events")
  .map((name) => golden<EventExample>(`events/${name}.json`))
  .filter((example) => example.browser !== undefined);

/** The whole golden conversation, in order of seq. */
export const log: readonly LogEvent[] = examples.flatMap((example) => example.browser ?? []).sort((a, b) => a.seq - b.seq);

export const patches: readonly RowPatch[] = examples.flatMap((example) => example.patch ?? []).sort((a, b) => a.seq - b.seq);

export const conversationId = log[0]?.conversation_id ?? "";
