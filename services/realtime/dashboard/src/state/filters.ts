/** What the list is narrowed to and ordered by; it lives in the URL. */
import type { Row } from "../gateway/contract";
import type { Query } from "../gateway/rest";
import { attentionOf, type Status, statusOf } from "./control";

export type Sort = "attention" | "newest" | "longest_waiting";

export interface Filters {
  readonly search: string;
  readonly statuses: readonly Status[];
  readonly aiAgents: readonly string[];
  readonly agents: readonly string[];
  readonly sort: Sort;
}

export const noFilters: Filters = { search: "", statuses: [], aiAgents: [], agents: [], sort: "attention" };

const STATUSES: readonly Status[] = ["ai", "needs_human", "mine", "others", "closed"];
const SORTS: readonly Sort[] = ["attention", "newest", "longest_waiting"];

const list = (text: string | null) => (text ?? "").split(",").filter((item) => item !== "");

/** Read the filters from a URL's query; what is unknown is left out. */
export function parseFilters(query: string): Filters {
  const params = new URLSearchParams(query);
  const given = list(params.get("status"));
  return {
    search: params.get("q") ?? "",
    statuses: STATUSES.filter((status) => given.includes(status)),
    aiAgents: list(params.get("ai")),
    agents: list(params.get("agent")),
    sort: SORTS.find((sort) => sort === params.get("sort")) ?? noFilters.sort,
  };
}

/** The query of a URL, "" for no filters; parseFilters reads it back. */
export function formatFilters(filters: Filters): string {
  const params = new URLSearchParams();
  if (filters.search !== "") params.set("q", filters.search);
  if (filters.statuses.length > 0) params.set("status", filters.statuses.join(","));
  if (filters.aiAgents.length > 0) params.set("ai", filters.aiAgents.join(","));
  if (filters.agents.length > 0) params.set("agent", filters.agents.join(","));
  if (filters.sort !== noFilters.sort) params.set("sort", filters.sort);
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}

/** The same as the gateway's query. */
export function listQuery(filters: Filters): Query {
  return { search: filters.search, status: filters.statuses, ai_agent: filters.aiAgents, agent: filters.agents, sort: filters.sort };
}

const words = (text: string) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");

/** True when every word of the search begins a word of the user's id, name or e-mail, or the search begins one of them whole. */
export function matchesSearch(row: Row, search: string): boolean {
  const fields = [row.user?.id ?? "", row.user?.name ?? "", row.user?.email ?? ""].map((field) => field.toLowerCase());
  const whole = search.trim().toLowerCase();
  if (fields.some((field) => field.startsWith(whole))) return true;
  const has = fields.flatMap(words);
  return words(search).every((word) => has.some((candidate) => candidate.startsWith(word)));
}

/** True when the row belongs to the list; `found` says that the server named it for this very search. */
export function matches(row: Row, filters: Filters, meId: string, found: boolean): boolean {
  const status = statusOf(row.control, meId);
  if (filters.statuses.length === 0 ? status === "closed" : !filters.statuses.includes(status)) return false;
  if (filters.aiAgents.length > 0 && !filters.aiAgents.includes(row.ai_agent?.id ?? "")) return false;
  if (filters.agents.length > 0 && !filters.agents.includes(row.control.agent?.id ?? "")) return false;
  return filters.search.trim() === "" || found || matchesSearch(row, filters.search);
}

const RANK = { needs_human: 1, unanswered_by_human: 2, unanswered_by_ai: 3, calm: 4, closed: 5 } as const;
const LAST = "9999";
const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const tie = (a: Row, b: Row) => compareText(a.conversation_id, b.conversation_id);
const newest = (a: Row, b: Row) => compareText(b.started_at ?? "", a.started_at ?? "") || tie(a, b);

const COMPARE: Readonly<Record<Sort, (a: Row, b: Row) => number>> = {
  attention(a, b) {
    const [one, two] = [attentionOf(a), attentionOf(b)];
    const rank = RANK[one.class] - RANK[two.class];
    if (rank !== 0) return rank;
    // Among those that wait the longest comes first, among the calm and the closed the latest.
    const since = compareText(one.since, two.since);
    return (RANK[one.class] >= RANK.calm ? -since : since) || tie(a, b);
  },
  newest,
  longest_waiting: (a, b) => compareText(a.oldest_unanswered_at ?? LAST, b.oldest_unanswered_at ?? LAST) || newest(a, b),
};

/** Order rows as the list shows them; never by the clock. */
export function compareRows(sort: Sort): (a: Row, b: Row) => number {
  return COMPARE[sort];
}
