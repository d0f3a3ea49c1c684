/** Whether what is said gets anywhere: is the AI platform connected, is the holder there. */
import type { Agent, Control, Row, Watcher } from "../gateway/contract";

/** False when no consumer of this AI agent is connected, so that messages to its user wait; undefined while that is not known. */
export function isConnected(watchers: readonly Watcher[] | undefined, row: Pick<Row, "platform_id" | "ai_agent">): boolean | undefined {
  if (watchers === undefined || row.platform_id === undefined) return undefined;
  const serves = ({ platform_id, ai_agent_ids = [] }: Watcher) => platform_id === row.platform_id && (ai_agent_ids.length === 0 || ai_agent_ids.includes(row.ai_agent?.id ?? ""));
  return watchers.some((watcher) => watcher.connected === true && serves(watcher));
}

export interface Patience {
  readonly grace_seconds?: number;
  readonly away_seconds?: number;
}

/** When a conversation goes back to the queue because its holder is not there, in milliseconds since the epoch; undefined while the holder is there. */
export function returnsAt(control: Control, agents: readonly Agent[] | undefined, patience: Patience | undefined): number | undefined {
  const holder = control.holder === "human" ? agents?.find((agent) => agent.id === control.agent?.id) : undefined;
  if (holder?.since === undefined || patience === undefined || holder.presence === "available") return undefined;
  const seconds = holder.presence === "away" ? patience.away_seconds : patience.grace_seconds;
  // A conversation that came later has its own full time.
  return seconds === undefined ? undefined : Math.max(Date.parse(holder.since), Date.parse(control.since)) + seconds * 1000;
}
