/** The command menu: what matches what was typed, the best first. Pure; what a command does is the view's. */

export interface Named {
  readonly label: string;
  /** Other words by which it is found. */
  readonly also?: string | undefined;
}

const wordsOf = (text: string) => text.toLowerCase().split(/[\s\p{P}]+/u).filter((word) => word !== "");

/** 0: the label begins so; 1: each typed word begins a word of it; undefined: no match. */
function rank(command: Named, typed: string): number | undefined {
  const wanted = wordsOf(typed);
  if (command.label.toLowerCase().startsWith(typed.trim().toLowerCase())) return 0;
  const has = wordsOf(`${command.label} ${command.also ?? ""}`);
  return wanted.every((word) => has.some((each) => each.startsWith(word))) ? 1 : undefined;
}

/** Those that match, better ones first, else in their order; all of them for nothing typed. */
export function matching<C extends Named>(commands: readonly C[], typed: string): readonly C[] {
  return commands
    .map((command, place) => ({ command, place, rank: rank(command, typed) }))
    .filter((each) => each.rank !== undefined)
    .sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0) || a.place - b.place)
    .map((each) => each.command);
}
