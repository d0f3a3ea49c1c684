/** When a message may be sent. */

/** UTF-8 bytes that a message may have. */
const MOST_BYTES = 16 * 1024;

export type Hindrance = { readonly kind: "empty" } | { readonly kind: "too_long" } | { readonly kind: "blank"; readonly blank: string };

/** Why the text cannot be sent as it is; `blanks` are those that templates brought. */
export function hindranceOf(text: string, blanks: readonly string[]): Hindrance | undefined {
  if (text.trim() === "") return { kind: "empty" };
  const blank = blanks.find((candidate) => text.includes(candidate));
  if (blank !== undefined) return { kind: "blank", blank };
  return new TextEncoder().encode(text).length > MOST_BYTES ? { kind: "too_long" } : undefined;
}

/** A text that came back joins what has been typed meanwhile; nothing is lost. */
export function rejoined(returned: string, typed: string): string {
  return typed === "" ? returned : `${returned}\n${typed}`;
}
