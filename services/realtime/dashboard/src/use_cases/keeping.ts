/** Keeps every message from the moment it is sent until it is written, taken back into the box, or removed by the agent. */
import type { Pending } from "../state/chat";
import { createOutbox, type Outbox } from "../state/outbox";
import type { Ports } from "./ports";

export interface Keeping {
  /** What was sent in this conversation, perhaps from a page that is gone, and is not known to be written. */
  kept(conversationId: string): readonly Pending[];
}

export function createKeeping({ store }: Pick<Ports, "store">, storage: Storage | undefined): Keeping {
  let outbox: { readonly accountId: string; readonly of: Outbox } | undefined;
  let last = store.state();

  function ofAccount(): Outbox | undefined {
    const { session } = store.state();
    if (session.phase !== "in") return undefined;
    if (outbox?.accountId !== session.account.id) outbox = { accountId: session.account.id, of: createOutbox(storage, session.account.id) };
    return outbox.of;
  }

  store.subscribe(() => {
    const before = last;
    last = store.state();
    if (before.chats === last.chats) return;
    // Logged out: what is under way stays kept, nobody knows how it ends.
    const own = ofAccount();
    if (own === undefined) return;
    for (const [id, chat] of Object.entries(last.chats)) {
      const was = before.chats[id]?.pending ?? [];
      if (was === chat.pending) continue;
      const open = chat.pending.filter((item) => item.state !== "accepted");
      for (const item of open) if (!was.includes(item)) own.keep(id, item);
      for (const item of was) if (!open.some(({ commandId }) => commandId === item.commandId)) own.remove(id, item.commandId);
    }
  });

  return { kept: (id) => ofAccount()?.read(id) ?? [] };
}
