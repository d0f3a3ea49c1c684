/** A filtered list in words: what its filters say. */
import type { Filters } from "../../state/filters";
import { useAppState, useWords } from "../context";

export function useListName(): (filters: Filters) => string {
  const words = useWords();
  const rows = useAppState((state) => state.rows);
  return ({ search, statuses, aiAgents, agents }) => {
    const all = Object.values(rows);
    const bot = (id: string) => all.find((row) => row.ai_agent?.id === id)?.ai_agent?.name ?? id;
    const agent = (id: string) => all.find((row) => row.control.agent?.id === id)?.control.agent?.display_name ?? id;
    const parts = [...(search === "" ? [] : [`“${search}”`]), ...statuses.map((status) => words.status[status]), ...aiAgents.map(bot), ...agents.map(agent)];
    return parts.length === 0 ? words.alerts.everything : parts.join(", ");
  };
}
