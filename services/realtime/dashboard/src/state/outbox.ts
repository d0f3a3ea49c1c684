/** Messages that were sent and are not known to be written: kept per account and conversation, across a reload and an expired session. */
import type { Pending } from "./chat";

export interface Outbox {
  /** In the order in which they were sent. */
  read(conversationId: string): readonly Pending[];
  keep(conversationId: string, item: Pending): void;
  remove(conversationId: string, commandId: string): void;
}

interface Kept {
  readonly text: string;
  readonly at: string;
}

/** The outbox of one account. Each message has an entry of its own, so that several tabs do not overwrite each other's. A storage that is full or forbidden keeps nothing. */
export function createOutbox(storage: Storage | undefined, accountId: string): Outbox {
  const prefix = (id: string) => `baton.outbox.${accountId}.${id}.`;
  return {
    read(id) {
      try {
        const names = Array.from({ length: storage?.length ?? 0 }, (_, index) => storage?.key(index) ?? "").filter((name) => name.startsWith(prefix(id)));
        return names.flatMap((name) => pendingOf(name.slice(prefix(id).length), storage?.getItem(name))).sort((a, b) => a.at.localeCompare(b.at));
      } catch {
        return [];
      }
    },
    keep(id, { commandId, text, at }) {
      const kept: Kept = { text, at };
      try {
        storage?.setItem(prefix(id) + commandId, JSON.stringify(kept));
      } catch {
        // It is lost with the page only.
      }
    },
    remove(id, commandId) {
      try {
        storage?.removeItem(prefix(id) + commandId);
      } catch {
        // Then it was not kept either.
      }
    },
  };
}

/** Whether it was written nobody here knows: it counts as not sent, and sending it again under its id cannot write it twice. */
function pendingOf(commandId: string, stored: string | null | undefined): readonly Pending[] {
  try {
    const { text, at } = JSON.parse(stored ?? "{}") as Partial<Record<keyof Kept, unknown>>;
    return typeof text === "string" && typeof at === "string" ? [{ commandId, text, at, state: "failed", kept: true }] : [];
  } catch {
    return [];
  }
}
