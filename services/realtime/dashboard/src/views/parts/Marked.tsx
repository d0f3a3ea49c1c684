/** A text with what was searched for marked in it. */
import type { Part } from "../../state/marking";

export function Marked({ parts }: { readonly parts: readonly Part[] }) {
  return parts.map(({ at, text, found }) => (found ? <mark key={at}>{text}</mark> : text));
}
