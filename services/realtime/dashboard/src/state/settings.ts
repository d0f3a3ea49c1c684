/** The workspace's settings as a form: hours by day, times in the unit that people think in, texts by language. */
import type { SystemText, WeeklyHours, WorkspaceSettings } from "../gateway/around";

export const DAY_MINUTES = 24 * 60;
const NINE = 9 * 60;
const FIVE = 17 * 60;

/** "08:30", and "24:00" for the end of a day. */
export function clockText(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

/** Minutes since midnight; midnight as an end is the end of the day. Undefined for what is no time. */
export function clockMinutes(text: string, isEnd: boolean): number | undefined {
  const found = /^(\d{1,2}):(\d{2})$/u.exec(text);
  if (!found) return undefined;
  const minutes = Number(found[1]) * 60 + Number(found[2]);
  if (minutes > DAY_MINUTES || Number(found[2]) > 59) return undefined;
  return isEnd && minutes === 0 ? DAY_MINUTES : minutes;
}

export const hoursOf = (hours: readonly WeeklyHours[], weekday: number): readonly WeeklyHours[] =>
  hours.filter((each) => each.weekday === weekday).sort((a, b) => a.opens - b.opens);

/** The hours with this day's replaced. */
export function withDay(hours: readonly WeeklyHours[], weekday: number, day: readonly WeeklyHours[]): readonly WeeklyHours[] {
  return [...hours.filter((each) => each.weekday !== weekday), ...day].sort((a, b) => a.weekday - b.weekday || a.opens - b.opens);
}

/** One more stretch: a working day at first, then what is left of the day. */
export function withStretch(hours: readonly WeeklyHours[], weekday: number): readonly WeeklyHours[] {
  const day = hoursOf(hours, weekday);
  const last = day.at(-1);
  if (last === undefined) return withDay(hours, weekday, [{ weekday, opens: NINE, closes: FIVE }]);
  if (last.closes >= DAY_MINUTES - 1) return hours;
  const opens = Math.min(last.closes + 60, DAY_MINUTES - 1);
  return withDay(hours, weekday, [...day, { weekday, opens, closes: Math.min(opens + 120, DAY_MINUTES) }]);
}

/** Monday's hours on Tuesday to Friday. */
export function copiedFromMonday(hours: readonly WeeklyHours[]): readonly WeeklyHours[] {
  const monday = hoursOf(hours, 0);
  return [1, 2, 3, 4].reduce((all, weekday) => withDay(all, weekday, monday.map((each) => ({ ...each, weekday }))), hours);
}

/** The first day whose stretches do not open before they close, or overlap. */
export function wrongDay(hours: readonly WeeklyHours[]): number | undefined {
  return [0, 1, 2, 3, 4, 5, 6].find((weekday) => {
    const day = hoursOf(hours, weekday);
    return day.some((each, index) => each.opens >= each.closes || (day[index + 1]?.opens ?? DAY_MINUTES) < each.closes);
  });
}

export type Unit = "seconds" | "minutes" | "hours";
export const SECONDS: Readonly<Record<Unit, number>> = { seconds: 1, minutes: 60, hours: 3600 };

/** The largest unit in which it is a whole number. */
export function unitOf(seconds: number): Unit {
  if (seconds > 0 && seconds % 3600 === 0) return "hours";
  return seconds > 0 && seconds % 60 === 0 ? "minutes" : "seconds";
}

/** What each time may be, in seconds, as the server has it. */
export const BOUNDS = {
  grace_seconds: [10, 3600],
  away_seconds: [60, 28_800],
  idle_seconds: [3600, 2_592_000],
  unanswered_seconds: [60, 86_400],
} as const;
export type TimeField = keyof typeof BOUNDS;
export const TIME_FIELDS = Object.keys(BOUNDS) as readonly TimeField[];

export const isWithin = (field: TimeField, seconds: number): boolean => Number.isInteger(seconds) && seconds >= BOUNDS[field][0] && seconds <= BOUNDS[field][1];

export const textOf = (texts: readonly SystemText[], language: string, code: string): string => texts.find((each) => each.language === language && each.code === code)?.text ?? "";

/** The texts with this one as given; an empty one is the standard's. */
export function withText(texts: readonly SystemText[], language: string, code: string, text: string): readonly SystemText[] {
  const others = texts.filter((each) => each.language !== language || each.code !== code);
  return text === "" ? others : [...others, { language, code, text }];
}

/** Whether a person would see a difference; the revision does not count. */
export function isSame(one: WorkspaceSettings, other: WorkspaceSettings): boolean {
  const key = ({ texts, ...rest }: WorkspaceSettings) =>
    JSON.stringify([Object.entries({ ...rest, time_zone: rest.time_zone ?? "", revision: 0 }).sort(), texts.map((each) => `${each.language}/${each.code}/${each.text}`).sort()]);
  return key(one) === key(other);
}
