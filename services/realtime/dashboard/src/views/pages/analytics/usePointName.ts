/** What the points of a chart are called, by the clocks of the chosen zone. */
import { useMemo } from "react";
import { useFormat } from "../../context";

const TAGS = { en: "en-GB", id: "id-ID" } as const;
const SHORT: Record<string, Intl.DateTimeFormatOptions> = {
  hour: { hour: "2-digit", minute: "2-digit" },
  day: { day: "numeric", month: "short" },
  week: { day: "numeric", month: "short" },
  month: { month: "short", year: "2-digit" },
};
const LONG: Record<string, Intl.DateTimeFormatOptions> = {
  hour: { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
  day: { weekday: "short", day: "numeric", month: "short", year: "numeric" },
  week: { weekday: "short", day: "numeric", month: "short", year: "numeric" },
  month: { month: "long", year: "numeric" },
};

export function usePointName(zone: string, step: "hour" | "day" | "week" | "month") {
  const { language } = useFormat();
  return useMemo(() => {
    const [short, long] = [SHORT, LONG].map((options) => new Intl.DateTimeFormat(TAGS[language], { ...options[step], timeZone: zone }));
    return { short: (at: string) => short?.format(new Date(at)) ?? at, long: (at: string) => long?.format(new Date(at)) ?? at };
  }, [language, step, zone]);
}
