/** What the page of figures shows: read from its URL, and asked of the gateway by it. */
import type { AgentFigures, Figures, FiguresAnswer } from "../gateway/figures";
import type { Query } from "../gateway/rest";
import { addDays, beginning, type Day, dayAt, dayText, isZone, parseDay } from "./zoned";

export const PERIODS = ["today", "7", "30", "90", "custom"] as const;
export type PeriodKey = (typeof PERIODS)[number];

/** The figures that have rows behind them, and the kinds of facts that these are. */
export const ROWS = {
  takeovers: ["takeover"],
  response_time: ["response"],
  takeover_first_response: ["takeover_first_response"],
  no_reply: ["no_reply_phase"],
  human_first_response: ["human_first_response"],
  queue_wait: ["queue_wait"],
  queue_left: ["queue_left"],
  resolution: ["resolution"],
  cases: ["case"],
  untouched: ["untouched_case"],
  escalated: ["escalated_case"],
  empty: ["empty_case"],
  conversations: ["human_phase"],
  holding: ["holding"],
  transfers: ["transfer_in"],
  releases: ["release"],
  hand_backs: ["hand_back_judged"],
  broken: ["hand_back_broken"],
  waiting: ["waiting"],
} as const;
export type RowsKey = keyof typeof ROWS;

export const COLUMNS = ["name", "takeovers", "mean", "median", "p90", "n", "conversations", "with_message", "handled", "in", "out", "no_reply"] as const;
export type Column = (typeof COLUMNS)[number];

export interface View {
  readonly period: PeriodKey;
  readonly from: Day | undefined;
  /** The last day, itself included. */
  readonly to: Day | undefined;
  /** Undefined: the workspace's, else the browser's. */
  readonly zone: string | undefined;
  readonly agent: string;
  readonly aiAgent: string;
  readonly business: boolean;
  readonly rows: RowsKey | undefined;
  readonly sort: Column;
  readonly descending: boolean;
}

export interface Period {
  readonly from: number;
  readonly to: number;
  readonly step: "hour" | "day" | "week" | "month";
}

const isOneOf = <T extends string>(items: readonly T[], value: string | null): value is T => (items as readonly string[]).includes(value ?? "");

export function readView(search: URLSearchParams): View {
  const period = search.get("period");
  const [from, to, zone, rows, sort] = [parseDay(search.get("from")), parseDay(search.get("to")), search.get("tz"), search.get("rows"), search.get("sort")];
  const custom = period === "custom" && from !== undefined && to !== undefined;
  return {
    period: custom ? "custom" : isOneOf(PERIODS, period) && period !== "custom" ? period : "7",
    from: custom ? from : undefined,
    to: custom ? to : undefined,
    zone: zone !== null && isZone(zone) ? zone : undefined,
    agent: search.get("agent") ?? "",
    aiAgent: search.get("ai_agent") ?? "",
    business: search.get("business") === "1",
    rows: isOneOf(Object.keys(ROWS) as RowsKey[], rows) ? rows : undefined,
    sort: isOneOf(COLUMNS, sort) ? sort : "takeovers",
    descending: search.get("order") !== "up",
  };
}

/** The URL's query of a view; what is as usual is left out. */
export function viewQuery(view: View): string {
  const search = new URLSearchParams();
  if (view.period !== "7") search.set("period", view.period);
  if (view.period === "custom" && view.from && view.to) {
    search.set("from", dayText(view.from));
    search.set("to", dayText(view.to));
  }
  if (view.zone !== undefined) search.set("tz", view.zone);
  if (view.agent !== "") search.set("agent", view.agent);
  if (view.aiAgent !== "") search.set("ai_agent", view.aiAgent);
  if (view.business) search.set("business", "1");
  if (view.rows !== undefined) search.set("rows", view.rows);
  if (view.sort !== "takeovers") search.set("sort", view.sort);
  if (!view.descending) search.set("order", "up");
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}

const HOURS_UP_TO_DAYS = 2;
const DAYS_UP_TO_DAYS = 92;
const WEEKS_UP_TO_DAYS = 200;
const DAY_MS = 86_400_000;

/** From when to when, and what a point of a chart covers. A period with today in it ends at the end of today: what has not come yet is empty. */
export function periodOf(view: View, zone: string, now: number): Period {
  const today = dayAt(now, zone);
  const [first, last] = daysOf(view, today);
  const from = beginning(first, zone);
  const to = beginning(addDays(last, 1), zone);
  const days = Math.round((to - from) / DAY_MS);
  const step = days <= HOURS_UP_TO_DAYS ? "hour" : days <= DAYS_UP_TO_DAYS ? "day" : days <= WEEKS_UP_TO_DAYS ? "week" : "month";
  return { from, to, step };
}

function daysOf(view: View, today: Day): readonly [Day, Day] {
  if (view.period === "custom" && view.from && view.to) return dayText(view.from) <= dayText(view.to) ? [view.from, view.to] : [view.to, view.from];
  if (view.period === "today") return [today, today];
  return [addDays(today, 1 - Number(view.period)), today];
}

/** The days of a custom period that begins as the one that is shown. */
export function asCustom(view: View, zone: string, now: number): View {
  const [from, to] = daysOf(view, dayAt(now, zone));
  return { ...view, period: "custom", from, to };
}

export function figuresQuery(view: View, zone: string, now: number): Query {
  const { from, to, step } = periodOf(view, zone, now);
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString(), time_zone: zone, ...filtersOf(view), business_time: view.business ? "true" : undefined, step, compare: "true" };
}

export function factsQuery(view: View, key: RowsKey, zone: string, now: number): Query {
  const { from, to } = periodOf(view, zone, now);
  return { kind: ROWS[key], from: new Date(from).toISOString(), to: new Date(to).toISOString(), ...filtersOf(view) };
}

function filtersOf({ agent, aiAgent }: View): Query {
  return { agent: agent || undefined, ai_agent: aiAgent || undefined };
}

/** How much more or less than before, as a share; undefined where there is nothing to compare with. */
export function changeOf(now: number | undefined, before: number | undefined): number | undefined {
  return now === undefined || before === undefined || before === 0 ? undefined : (now - before) / before;
}

/** What a column says of an agent; undefined sorts last. */
export function valueOf(column: Exclude<Column, "name">, figures: Figures | undefined): number | undefined {
  const time = figures?.response_time;
  switch (column) {
    case "takeovers":
      return figures?.takeovers?.total ?? 0;
    case "mean":
      return time?.mean_seconds;
    case "median":
      return time?.median_seconds;
    case "p90":
      return time?.p90_seconds;
    case "n":
      return time?.n ?? 0;
    case "conversations":
      return figures?.conversations ?? 0;
    case "with_message":
      return figures?.conversations_with_message ?? 0;
    case "handled":
      return figures?.handled_seconds ?? 0;
    case "in":
      return figures?.transfers_in ?? 0;
    case "out":
      return figures?.transfers_out ?? 0;
    case "no_reply":
      return figures?.no_reply_phases ?? 0;
  }
}

export const DURATIONS: ReadonlySet<Column> = new Set(["mean", "median", "p90", "handled"]);

export function sorted(agents: readonly AgentFigures[], column: Column, descending: boolean): readonly AgentFigures[] {
  const turn = descending ? -1 : 1;
  const byName = (one: AgentFigures, other: AgentFigures) => (one.agent_name ?? "").localeCompare(other.agent_name ?? "");
  return agents.toSorted((one, other) => {
    if (column === "name") return turn * -byName(one, other);
    const [a, b] = [valueOf(column, one.figures), valueOf(column, other.figures)];
    if (a === b) return byName(one, other);
    if (a === undefined) return 1;
    if (b === undefined) return -1;
    return turn * (a - b);
  });
}

/** True where nothing at all was measured. */
export function isEmpty(answer: FiguresAnswer): boolean {
  const team = answer.team;
  return ![team?.takeovers?.total, team?.response_time?.n, team?.conversations, team?.ai?.cases, team?.queue_wait?.duration?.n, team?.handled?.n, team?.transfers_in, team?.resolution?.without_user_message].some(Boolean);
}
