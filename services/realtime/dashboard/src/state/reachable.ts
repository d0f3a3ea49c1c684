/** Whether what is said gets anywhere: is the AI platform connected, is the holder there. */
import type { Account, Agent, Control, Row, Watcher } from "../gateway/contract";

/** False when no consumer of this AI agent is connected, so that messages to its user wait; undefined while that is not known. */
export function isConnected(watchers: readonly Watcher[] | undefined, row: Pick<Row, "platform_id" | "ai_agent">): boolean | undefined {
  if (watchers === undefined || row.platform_id === undefined) return undefined;
  const serves = ({ platform_id, ai_agent_ids = [] }: Watcher) => platform_id === row.platform_id && (ai_agent_ids.length === 0 || ai_agent_ids.includes(row.ai_agent?.id ?? ""));
  return watchers.some((watcher) => watcher.connected === true && serves(watcher));
}

/** When a conversation goes back to the queue because its holder is not there, in milliseconds since the epoch, as the server counts it; undefined while nothing is counted. */
export function returnsAt(control: Control, agents: readonly Agent[] | undefined): number | undefined {
  const holder = control.holder === "human" ? agents?.find((agent) => agent.id === control.agent?.id) : undefined;
  const ends = (holder?.countdowns ?? []).map(({ counted_from, seconds }) => Math.max(Date.parse(counted_from), Date.parse(control.since)) + seconds * 1000);
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/** True when a human holds the conversation and leaves the user without an answer for longer than the workspace wants: to be seen by supervisors, and by the holder. */
export function isLeftWaiting(row: Pick<Row, "control" | "oldest_unanswered_at">, me: Pick<Account, "id" | "role">, now: number, unansweredSeconds: number | undefined): boolean {
  const { holder, agent, since } = row.control;
  if (holder !== "human" || row.oldest_unanswered_at === undefined || unansweredSeconds === undefined) return false;
  if (me.role === "agent" && agent?.id !== me.id) return false;
  // Whoever has just got it has the full time.
  return now - Math.max(Date.parse(row.oldest_unanswered_at), Date.parse(since)) > unansweredSeconds * 1000;
}
