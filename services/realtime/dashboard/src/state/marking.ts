/** Which parts of a text are marked: what a search has found, what is too long a word. */

export interface Part {
  readonly at: number;
  readonly text: string;
  readonly found: boolean;
}

const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/gu, "\\$&");

function parts(text: string, pattern: RegExp): readonly Part[] {
  const all: Part[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    if (match[0] === "") continue;
    if (match.index > end) all.push({ at: end, text: text.slice(end, match.index), found: false });
    end = match.index + match[0].length;
    all.push({ at: match.index, text: match[0], found: true });
  }
  if (end < text.length || all.length === 0) all.push({ at: end, text: text.slice(end), found: false });
  return all;
}

/** The search as the list does it: each of its words where it begins a word, and the whole where it begins the text. */
export function markedWords(text: string, search: string): readonly Part[] {
  const whole = search.trim();
  if (whole === "") return [{ at: 0, text, found: false }];
  const words = whole.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
  const begins = words.map((word) => `(?<![\\p{L}\\p{N}])${literal(word)}`);
  return parts(text, new RegExp([`^${literal(whole)}`, ...begins].join("|"), "giu"));
}

/** The search as written, wherever it is. */
export function markedText(text: string, search: string): readonly Part[] {
  return search === "" ? [{ at: 0, text, found: false }] : parts(text, new RegExp(literal(search), "giu"));
}

/** Words longer than a line is wide. */
export const longWords = (text: string): readonly Part[] => parts(text, /\S{65,}/gu);

/** One line around the first place where the search is, at most `length` characters. */
export function excerptOf(text: string, search: string, length = 120): string {
  const line = text.replace(/\s+/gu, " ").trim();
  const at = line.toLowerCase().indexOf(search.toLowerCase());
  const from = at < length / 2 ? 0 : at - Math.floor(length / 3);
  const cut = line.slice(from, from + length);
  return `${from > 0 ? "…" : ""}${cut}${from + length < line.length ? "…" : ""}`;
}
