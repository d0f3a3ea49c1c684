/** What an agent does to a conversation. Every command has an id of its own and may be repeated with it; refusals become notices or come back to the dialog. */
import type { Brief, CloseReason, DraftResolution, Outcome } from "../gateway/contract";
import { OfflineError, ProblemError, reasonOf } from "../gateway/errors";
import { lastSeq } from "../state/chat";
import type { AppState } from "../state/app";
import type { Ports } from "./ports";

/** How a command ended: "ok", or the reason of its refusal with the name of who was first, if it is known, and up to where there is something to read first. */
export type Ending = { readonly ok: true } | { readonly ok: false; readonly reason: string; readonly who?: string | undefined; readonly lastUnseen?: number };

export interface Acting {
  takeOver(id: string, reason?: string): Promise<Ending>;
  send(id: string, text: string): Promise<Ending>;
  /** Send a failed message again under its old command id: it cannot be written twice. */
  retry(id: string, commandId: string): Promise<Ending>;
  drop(id: string, commandId: string): void;
  /** `seenSeq`: where no chat is open, what was seen is a row. */
  handBack(id: string, brief: Brief, message: string, seenSeq?: number): Promise<Ending>;
  transfer(id: string, toAgentId: string, note: string, message: string, seenSeq?: number): Promise<Ending>;
  release(id: string, reason: string, note: string): Promise<Ending>;
  close(id: string, reason: CloseReason): Promise<Ending>;
  addNote(id: string, text: string): Promise<Ending>;
  /** Take back a request for a human that nobody has followed, as it stands under this epoch: the AI goes on. */
  dismissRequest(id: string, epoch: number): Promise<Ending>;
  resolveDraft(id: string, seq: number, resolution: DraftResolution): Promise<Ending>;
}

const ATTEMPTS = 3;
const PAUSE_MS = 700;
const OK: Ending = { ok: true };

export function createActing(ports: Ports): Acting {
  const { api, store, clock, newId } = ports;

  /** Where no answer came nobody knows what happened: the same command id is sent again. */
  async function command(send: (command_id: string) => Promise<Outcome>, commandId = newId()): Promise<Outcome> {
    const sender = accountOf(store.state());
    for (let attempt = 1; ; attempt += 1) {
      try {
        const outcome = await send(commandId);
        store.dispatch({ type: "acknowledged", outcome });
        return outcome;
      } catch (error) {
        const mayRepeat = error instanceof OfflineError || (error instanceof ProblemError && error.status === 503);
        if (!mayRepeat || attempt === ATTEMPTS) throw error;
        await new Promise<void>((resolve) => clock.after(PAUSE_MS * attempt, resolve));
        // Nobody else says it in their name.
        if (accountOf(store.state()) !== sender) throw error;
      }
    }
  }

  async function ending(send: (command_id: string) => Promise<Outcome>): Promise<Ending> {
    try {
      await command(send);
      return OK;
    } catch (error) {
      return refusal(error);
    }
  }

  const seen = (id: string) => store.state().chats[id]?.seenSeq ?? 0;
  const chosen = (text: string) => (text.trim() === "" ? undefined : text.trim());

  /** What is refused leaves the history, its words go back into the box; `again`: it stays there, for it is no longer in anybody's box. */
  async function deliver(id: string, commandId: string, text: string, seenSeq: number, again = false): Promise<Ending> {
    store.dispatch({ type: "send.started", id, item: { commandId, text, at: new Date(clock.now()).toISOString(), state: "sending" } });
    try {
      const outcome = await command((command_id) => api.conversations.sendMessage(id, { command_id, text, seen_seq: seenSeq }), commandId);
      store.dispatch({ type: "send.accepted", id, commandId, seq: outcome.seq });
      return OK;
    } catch (error) {
      const refused = refusal(error);
      if (refused.ok) return refused;
      if (again) {
        store.dispatch({ type: "send.failed", id, commandId, reason: refused.reason });
      } else if (error instanceof ProblemError && error.reason === "UNSEEN_MESSAGES") {
        store.dispatch({ type: "send.unseen", id, commandId, firstUnseen: Number(error.details.first_seq ?? seenSeq + 1) });
      } else if (refused.reason === "NOT_HOLDER" || refused.reason === "CONVERSATION_CLOSED") {
        store.dispatch({ type: "send.dropped", id, commandId });
      } else {
        store.dispatch({ type: "send.failed", id, commandId, reason: refused.reason });
      }
      return refused;
    }
  }

  return {
    async takeOver(id, reason) {
      store.dispatch({ type: "taking", id, active: true });
      const ended = await ending((command_id) => api.conversations.takeOver(id, { command_id, ...(reason === undefined ? {} : { reason }) }));
      store.dispatch({ type: "taking", id, active: false });
      if (!ended.ok) store.dispatch({ type: "notice.added", notice: { id: `take-${id}`, kind: "problem", reason: ended.reason, who: ended.who, until: clock.now() + 10_000 } });
      return ended;
    },
    send: (id, text) => deliver(id, newId(), text, seen(id)),
    async retry(id, commandId) {
      const item = store.state().chats[id]?.pending.find((pending) => pending.commandId === commandId);
      const chat = store.state().chats[id];
      return item === undefined || chat === undefined ? OK : await deliver(id, commandId, item.text, lastSeq(chat), true);
    },
    drop: (id, commandId) => store.dispatch({ type: "send.dropped", id, commandId }),
    handBack: (id, brief, message, seenSeq) =>
      ending((command_id) => api.conversations.handBack(id, { command_id, seen_seq: seenSeq ?? seen(id), brief, ...optional("message", chosen(message)) })),
    async transfer(id, to_agent_id, note, message, seenSeq) {
      return await ending((command_id) =>
        api.conversations.transfer(id, { command_id, seen_seq: seenSeq ?? seen(id), to_agent_id, ...optional("note", chosen(note)), ...optional("message", chosen(message)) }),
      );
    },
    release: (id, reason, note) => ending((command_id) => api.conversations.release(id, { command_id, ...optional("reason", chosen(reason)), ...optional("note", chosen(note)) })),
    close: (id, reason) => ending((command_id) => api.conversations.close(id, { command_id, reason })),
    addNote: (id, text) => ending((command_id) => api.conversations.addNote(id, { command_id, text })),
    dismissRequest: (id, epoch) => ending((command_id) => api.conversations.dismissRequest(id, { command_id, epoch })),
    resolveDraft: (id, seq, resolution) => ending((command_id) => api.conversations.resolveDraft(id, seq, { command_id, resolution })),
  };
}

function accountOf({ session }: AppState): string | undefined {
  return session.phase === "in" ? session.account.id : undefined;
}

function optional<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<K, string>>);
}

function refusal(error: unknown): Ending {
  const details = error instanceof ProblemError ? error.details : {};
  return { ok: false, reason: reasonOf(error), who: details.agent_name, ...(details.last_seq === undefined ? {} : { lastUnseen: Number(details.last_seq) }) };
}
