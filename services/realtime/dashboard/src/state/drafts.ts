/** Words that were typed and not sent: kept per account and conversation, across switching, reload, disconnect and an expired session. */

export type DraftKind = "reply" | "note";

export interface Drafts {
  read(kind: DraftKind, conversationId: string): string;
  /** "" removes it. */
  write(kind: DraftKind, conversationId: string, text: string): void;
}

/** Drafts of one account. A storage that is full or forbidden is stood in for by memory: then a reload loses them, nothing else does. */
export function createDrafts(storage: Storage | undefined, accountId: string): Drafts {
  const memory = new Map<string, string>();
  const key = (kind: DraftKind, id: string) => `baton.${kind}.${accountId}.${id}`;
  return {
    read(kind, id) {
      const name = key(kind, id);
      try {
        return memory.get(name) ?? storage?.getItem(name) ?? "";
      } catch {
        return memory.get(name) ?? "";
      }
    },
    write(kind, id, text) {
      const name = key(kind, id);
      memory.set(name, text);
      try {
        if (text === "") storage?.removeItem(name);
        else storage?.setItem(name, text);
      } catch {
        // Kept in memory.
      }
    },
  };
}
