/** The people of the workspace as the Team page shows them: who works here, who is there, and for administrators their accounts. */
import type { Account, Agent } from "../gateway/contract";

export type Person = Agent & { readonly account?: Account | undefined };

/** By name; a disabled one after the others. Words of the search begin or stand in name, display name or e-mail. */
export function peopleOf(agents: readonly Agent[], accounts: readonly Account[], search: string): readonly Person[] {
  const wanted = search.trim().toLowerCase();
  return agents
    .map((agent) => ({ ...agent, account: accounts.find((account) => account.id === agent.id) }))
    .filter((person) => `${person.name}\n${person.display_name}\n${person.account?.email ?? ""}`.toLowerCase().includes(wanted))
    .sort((a, b) => Number(a.disabled === true) - Number(b.disabled === true) || a.name.localeCompare(b.name));
}
