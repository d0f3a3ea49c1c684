/** Finds what somebody has in hand, and hands it on: a few at a time, each told as it ends. */
import type { Row } from "../gateway/contract";
import { type Progress, progressAfter, type Way } from "../state/letting";
import type { Acting, Ending } from "./acting";
import type { Ports } from "./ports";

export interface LettingGo {
  /** Every open conversation that these agents hold, the one that waits longest first. */
  inHand(agentIds: readonly string[]): Promise<readonly Row[]>;
  /** Hand these on; `told` is called as each begins and ends, with the row as it is now when the user wrote meanwhile. */
  handOn(rows: readonly Row[], to: { readonly way: Way; readonly agentId?: string | undefined; readonly note: string }, told: (id: string, progress: Progress, now?: Row) => void): Promise<void>;
}

const PAGE_SIZE = 200;
/** So many commands are under way at once: one after the other is slow, all at once is a burst. */
const AT_ONCE = 4;
/** Of agents in one question. */
const MOST_AGENTS = 50;
/** The list follows the log within a moment. */
const LOOKS = 10;
const LOOK_MS = 300;

export function createLettingGo({ api, clock }: Ports, acting: Acting): LettingGo {
  async function all(agentIds: readonly string[]): Promise<readonly Row[]> {
    const rows: Row[] = [];
    let token: string | undefined;
    do {
      const page = await api.conversations.list({ agent: agentIds, status: ["mine", "others"], sort: "longest_waiting", page_size: PAGE_SIZE, page_token: token ?? "" });
      rows.push(...page.rows);
      token = page.next_page_token;
    } while (token !== undefined && token !== "");
    return rows;
  }

  function command(row: Row, way: Way, agentId: string | undefined, note: string): Promise<Ending> {
    const id = row.conversation_id;
    if (way === "ai") return acting.handBack(id, note.trim() === "" ? {} : { summary: note.trim() }, "", row.seq);
    if (way === "agent" && agentId !== undefined) return acting.transfer(id, agentId, note, "", row.seq);
    return acting.release(id, "", note);
  }

  /** The row once it shows the event that a refusal named; undefined if it does not come to that. */
  async function rowFrom(id: string, seq: number): Promise<Row | undefined> {
    for (let look = 1; look <= LOOKS; look += 1) {
      const row = await api.conversations.row(id).catch(() => undefined);
      if (row === undefined || row.seq >= seq) return row;
      await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
    }
    return undefined;
  }

  return {
    async inHand(agentIds) {
      const parts = Array.from({ length: Math.ceil(agentIds.length / MOST_AGENTS) }, (_, part) => agentIds.slice(part * MOST_AGENTS, (part + 1) * MOST_AGENTS));
      return (await Promise.all(parts.map(all))).flat();
    },
    async handOn(rows, { way, agentId, note }, told) {
      const queue = [...rows];
      async function work(): Promise<void> {
        for (let row = queue.shift(); row !== undefined; row = queue.shift()) {
          const id = row.conversation_id;
          told(id, { phase: "busy" });
          const ended = await command(row, way, agentId, note);
          const reason = ended.ok ? undefined : ended.reason;
          // What came meanwhile is shown; pressing again hands on with it seen.
          const now = ended.ok || reason !== "UNSEEN_MESSAGES" ? undefined : await rowFrom(id, ended.lastUnseen ?? row.seq + 1);
          told(id, progressAfter(reason), now);
        }
      }
      await Promise.all(Array.from({ length: AT_ONCE }, work));
    },
  };
}
