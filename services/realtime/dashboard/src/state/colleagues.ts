/** Who a conversation can be passed to, the best choice first. */
import type { Agent } from "../gateway/contract";

const RANK = { available: 0, away: 1, offline: 2 } as const;

/** Active colleagues whose name has the search in it, without the ones of `exceptIds`: available before away before offline, less loaded first. */
export function rankedColleagues(agents: readonly Agent[], search: string, exceptIds: readonly (string | undefined)[]): readonly Agent[] {
  const wanted = search.trim().toLowerCase();
  const rank = (agent: Agent) => RANK[agent.presence ?? "offline"];
  return agents
    .filter((agent) => agent.disabled !== true && !exceptIds.includes(agent.id) && `${agent.name}\n${agent.display_name}`.toLowerCase().includes(wanted))
    .sort((a, b) => rank(a) - rank(b) || (a.open_conversations ?? 0) - (b.open_conversations ?? 0) || a.display_name.localeCompare(b.display_name));
}
