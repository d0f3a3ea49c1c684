/** Show a place of the open history. The history listens. */
const JUMP = "baton:jump";

interface Jump {
  readonly id: string;
  readonly seq: number;
}

export function jumpTo(id: string, seq: number): void {
  window.dispatchEvent(new CustomEvent<Jump>(JUMP, { detail: { id, seq } }));
}

/** Returns what ends the listening. */
export function onJump(id: string, go: (seq: number) => void): () => void {
  const listener = (event: Event) => {
    const { detail } = event as CustomEvent<Jump>;
    if (detail.id === id) go(detail.seq);
  };
  window.addEventListener(JUMP, listener);
  return () => window.removeEventListener(JUMP, listener);
}

/** The seq that a link to a message names: `#12`. */
export function linkedSeq(hash: string): number | undefined {
  const found = /^#(\d{1,15})$/u.exec(hash);
  return found ? Number(found[1]) : undefined;
}
