/** Days by the clocks of any time zone. */

const MINUTE = 60_000;
const DAY_HOURS = 24;

export interface Day {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function clock(zone: string): Intl.DateTimeFormat {
  let found = clocks.get(zone);
  if (found === undefined) {
    found = new Intl.DateTimeFormat("en-CA", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" });
    clocks.set(zone, found);
  }
  return found;
}

/** What the clocks of the zone show, as if they were UTC's. */
function shown(ms: number, zone: string): number {
  const parts = Object.fromEntries(clock(zone).formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour % DAY_HOURS, minute, second);
}

export function isZone(zone: string): boolean {
  try {
    clock(zone);
    return true;
  } catch {
    return false;
  }
}

export function dayAt(ms: number, zone: string): Day {
  const date = new Date(shown(ms, zone));
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

export function addDays({ year, month, day }: Day, days: number): Day {
  const date = new Date(Date.UTC(year, month - 1, day + days));
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** The first moment of the day; where clocks skip midnight, the moment they jump to. */
export function beginning({ year, month, day }: Day, zone: string): number {
  const wanted = Date.UTC(year, month - 1, day);
  let moment = wanted;
  for (let turn = 0; turn < 3; turn += 1) moment += wanted - shown(moment, zone);
  // A skipped midnight has no moment of its own: the search swings around it.
  while (shown(moment, zone) < wanted) moment += 15 * MINUTE;
  return moment;
}

export const dayText = ({ year, month, day }: Day): string => `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;

/** Undefined for what is no day. */
export function parseDay(text: string | null): Day | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text ?? "");
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0] = match.slice(1).map(Number);
  const found = addDays({ year, month, day }, 0);
  return year >= 1970 && found.month === month && found.day === day ? found : undefined;
}
