/** Times, ages and numbers as people read them, in the language of the interface. */
import type { Language } from "../state/preferences";

const LOCALE: Readonly<Record<Language, string>> = { en: "en-GB", id: "id-ID" };
const UNITS = { en: { s: "s", m: "m", h: "h", d: "d" }, id: { s: "dtk", m: "mnt", h: "jam", d: "hari" } } as const;

export interface Format {
  readonly language: Language;
  /** 09:41 */
  time(at: string | number): string;
  /** 22 November 2026, 09:41:07: for where the exact time is wanted. */
  exact(at: string): string;
  /** Monday 22 November; the caller says "today". */
  day(at: string): string;
  /** 09:41 of today, else 21 Nov. */
  short(at: string, now: number): string;
  /** How long: 12s, 4m, 2h, 3d. Never negative. */
  age(ms: number): string;
  /** 1m 52s */
  duration(seconds: number | undefined, none: string): string;
  count(value: number): string;
  decimal(value: number): string;
  locale(tag: string): string;
}

export function createFormat(language: Language): Format {
  const tag = LOCALE[language];
  const unit = UNITS[language];
  const gap = language === "en" ? "" : " ";
  const time = new Intl.DateTimeFormat(tag, { hour: "2-digit", minute: "2-digit" });
  const exact = new Intl.DateTimeFormat(tag, { dateStyle: "long", timeStyle: "medium" });
  const day = new Intl.DateTimeFormat(tag, { weekday: "long", day: "numeric", month: "long" });
  const date = new Intl.DateTimeFormat(tag, { day: "numeric", month: "short" });
  const whole = new Intl.NumberFormat(tag);
  const decimal = new Intl.NumberFormat(tag, { maximumFractionDigits: 1 });
  const names = new Intl.DisplayNames(tag, { type: "language" });
  // The day of the last question: each row of the list asks every second, and dates as words cost too much for that.
  let today = { begins: NaN, ends: NaN };
  const isOfToday = (at: number, now: number) => {
    if (!(now >= today.begins && now < today.ends)) {
      const begins = new Date(now).setHours(0, 0, 0, 0);
      today = { begins, ends: new Date(begins).setDate(new Date(begins).getDate() + 1) };
    }
    return at >= today.begins && at < today.ends;
  };
  return {
    language,
    time: (at) => time.format(new Date(at)),
    exact: (at) => exact.format(new Date(at)),
    day: (at) => day.format(new Date(at)),
    short: (at, now) => (isOfToday(Date.parse(at), now) ? time : date).format(Date.parse(at)),
    age(ms) {
      const seconds = Math.max(0, Math.floor(ms / 1000));
      if (seconds < 60) return `${seconds}${gap}${unit.s}`;
      if (seconds < 3600) return `${Math.floor(seconds / 60)}${gap}${unit.m}`;
      if (seconds < 86_400) return `${Math.floor(seconds / 3600)}${gap}${unit.h}`;
      return `${Math.floor(seconds / 86_400)}${gap}${unit.d}`;
    },
    duration(seconds, none) {
      if (seconds === undefined) return none;
      const rounded = Math.round(seconds);
      const [h, m, s] = [Math.floor(rounded / 3600), Math.floor((rounded % 3600) / 60), rounded % 60];
      const parts = h > 0 ? [[h, unit.h], [m, unit.m]] : m > 0 ? [[m, unit.m], [s, unit.s]] : [[s, unit.s]];
      return parts.map(([value, name]) => `${value ?? 0}${gap}${name ?? ""}`).join(" ");
    },
    count: (value) => whole.format(value),
    decimal: (value) => decimal.format(value),
    locale(given) {
      try {
        return names.of(given) ?? given;
      } catch {
        return given;
      }
    },
  };
}
