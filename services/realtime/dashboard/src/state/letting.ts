/** Letting go of many conversations at once: which, to whom, and what became of each. */
import type { Row } from "../gateway/contract";

export type Way = "ai" | "agent" | "queue";
export type Progress = { readonly phase: "waiting" | "busy" | "done" | "gone" } | { readonly phase: "failed"; readonly reason: string };

export interface Letting {
  readonly rows: readonly Row[];
  /** Those that are to go. */
  readonly chosen: ReadonlySet<string>;
  readonly progress: Readonly<Record<string, Progress>>;
}

export const lettingOf = (rows: readonly Row[]): Letting => ({ rows, chosen: new Set(rows.map((row) => row.conversation_id)), progress: {} });

export function withChosen(letting: Letting, id: string, chosen: boolean): Letting {
  const next = new Set(letting.chosen);
  if (chosen) next.add(id);
  else next.delete(id);
  return { ...letting, chosen: next };
}

export const withProgress = (letting: Letting, id: string, progress: Progress): Letting => ({ ...letting, progress: { ...letting.progress, [id]: progress } });

/** A newer version of a row, with what was seen of it. */
export const withRow = (letting: Letting, row: Row): Letting => ({ ...letting, rows: letting.rows.map((each) => (each.conversation_id === row.conversation_id ? row : each)) });

const isOver = (progress: Progress | undefined) => progress?.phase === "done" || progress?.phase === "gone";

/** Those that were chosen and are still in hand, in the list's order. */
export const leftOf = (letting: Letting): readonly Row[] => letting.rows.filter((row) => letting.chosen.has(row.conversation_id) && !isOver(letting.progress[row.conversation_id]));

export const doneOf = (letting: Letting): number => letting.rows.filter((row) => isOver(letting.progress[row.conversation_id])).length;
export const failedOf = (letting: Letting): number => letting.rows.filter((row) => letting.progress[row.conversation_id]?.phase === "failed").length;
/** Everything that was in hand is out of it. */
export const allGone = (letting: Letting): boolean => doneOf(letting) === letting.rows.length;

/** What a refusal means here: whoever holds it now, it is not in hand any more. */
export function progressAfter(reason: string | undefined): Progress {
  if (reason === undefined) return { phase: "done" };
  return reason === "NOT_HOLDER" || reason === "CONVERSATION_CLOSED" || reason === "CONVERSATION_NOT_FOUND" ? { phase: "gone" } : { phase: "failed", reason };
}
