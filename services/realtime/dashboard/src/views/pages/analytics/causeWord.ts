/** A cause or a reason in words; what is none of ours stands as it was written. */
import type { Words } from "../../../words/en";

export function causeWord(words: Words["analytics"], cause: string | undefined): string {
  const known: Readonly<Record<string, string>> = words.cause;
  return cause === undefined ? "" : (known[cause] ?? cause);
}
