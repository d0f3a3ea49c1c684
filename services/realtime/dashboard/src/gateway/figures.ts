/** The JSON of figures, and how they are asked for. */
import type { Query, Rest } from "./rest";

export interface DurationFigure {
  readonly n?: number;
  readonly mean_seconds?: number;
  readonly median_seconds?: number;
  readonly p90_seconds?: number;
}

export interface TakeoverFigure {
  readonly total?: number;
  readonly by_agent?: number;
  readonly by_ai_request?: number;
  readonly by_user_request?: number;
  readonly returned?: number;
}

export interface Count {
  readonly word?: string;
  readonly n?: number;
}

export interface Figures {
  readonly takeovers?: TakeoverFigure;
  readonly response_time?: DurationFigure;
  readonly conversations?: number;
  readonly conversations_with_message?: number;
  readonly transfers_in?: number;
  readonly transfers_out?: number;
  readonly takeover_first_response?: DurationFigure;
  readonly no_reply_phases?: number;
  readonly human_first_response?: DurationFigure;
  readonly queue_wait?: { readonly duration?: DurationFigure; readonly withdrawn?: number; readonly handed_back?: number; readonly closed?: number; readonly still_waiting?: number; readonly longest_seconds?: number };
  readonly handled?: DurationFigure;
  readonly handled_seconds?: number;
  readonly resolution?: {
    readonly duration?: DurationFigure;
    readonly ai_mean_seconds?: number;
    readonly queue_mean_seconds?: number;
    readonly human_mean_seconds?: number;
    readonly spam?: number;
    readonly idle?: number;
    readonly without_user_message?: number;
  };
  readonly ai?: { readonly cases?: number; readonly untouched?: number; readonly escalated?: number; readonly escalated_by_reason?: readonly Count[]; readonly closed_by_reason?: readonly Count[] };
  readonly hand_backs?: { readonly made?: number; readonly judged?: number; readonly held?: number };
  readonly releases?: readonly Count[];
}

export interface AgentFigures {
  readonly agent_id: string;
  readonly agent_name?: string;
  readonly figures?: Figures;
}

export interface Point {
  readonly from: string;
  readonly to: string;
  readonly takeovers?: TakeoverFigure;
  readonly response_time?: DurationFigure;
  readonly queue_wait?: DurationFigure;
  readonly cases?: number;
  readonly untouched_cases?: number;
}

export interface FiguresAnswer {
  readonly team?: Figures;
  readonly agents?: readonly AgentFigures[];
  readonly definition_version?: number;
  readonly conversations_per_agent?: number;
  readonly agents_with_conversations?: number;
  readonly fewest_conversations?: number;
  readonly most_conversations?: number;
  readonly before?: Figures;
  readonly conversations_per_agent_before?: number;
  readonly series?: readonly Point[];
  readonly time_zone?: string;
  readonly workspace_time_zone?: string;
  readonly has_hours?: boolean;
  readonly percentile_error?: number;
  readonly ai_agents?: readonly { readonly id: string; readonly name?: string }[];
}

export interface LiveFigures {
  readonly held_by_ai?: number;
  readonly held_by_human?: number;
  readonly waiting?: number;
  readonly longest_waiting_seconds?: number;
  readonly revision?: number;
  readonly at?: string;
  readonly agents?: { readonly available?: number; readonly away?: number };
}

export interface Fact {
  readonly kind: string;
  readonly conversation_id: string;
  readonly seq: number;
  readonly at: string;
  readonly agent_id?: string;
  readonly agent_name?: string;
  readonly ai_agent_id?: string;
  readonly cause?: string;
  readonly seconds?: number;
  readonly business_seconds?: number;
}

export interface FactsPage {
  readonly facts?: readonly Fact[];
  readonly next_page_token?: string;
}

export function figuresApi(rest: Rest) {
  return {
    figures: (query: Query, signal?: AbortSignal) => rest.get<FiguresAnswer>("/api/analytics/figures", query, signal),
    live: (signal?: AbortSignal) => rest.get<LiveFigures>("/api/analytics/live", {}, signal),
    facts: (query: Query, signal?: AbortSignal) => rest.get<FactsPage>("/api/analytics/facts", query, signal),
  };
}

/** Where a browser fetches the same as a file. */
export function csvAddress(what: "figures" | "facts", query: Query): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined || value === "") continue;
    for (const item of typeof value === "object" ? value : [String(value)]) search.append(key, item);
  }
  return `/api/analytics/${what}.csv?${search.toString()}`;
}
