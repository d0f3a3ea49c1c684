/** Put a text at the caret of the message box: nothing is sent, nothing overwritten. The box listens. */
const INSERT = "baton:insert";

interface Insertion {
  readonly id: string;
  readonly text: string;
}

export function insertIntoComposer(id: string, text: string): void {
  window.dispatchEvent(new CustomEvent<Insertion>(INSERT, { detail: { id, text } }));
}

/** Returns what ends the listening. */
export function onInsertion(id: string, take: (text: string) => void): () => void {
  const listener = (event: Event) => {
    const { detail } = event as CustomEvent<Insertion>;
    if (detail.id === id) take(detail.text);
  };
  window.addEventListener(INSERT, listener);
  return () => window.removeEventListener(INSERT, listener);
}
