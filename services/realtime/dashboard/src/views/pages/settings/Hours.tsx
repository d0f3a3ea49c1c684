/** The time zone, and the stretches of each day in which the team is there. */
import { Plus, X } from "lucide-react";
import type { WeeklyHours, WorkspaceSettings } from "../../../gateway/around";
import { clockMinutes, clockText, copiedFromMonday, DAY_MINUTES, hoursOf, withDay, withStretch, wrongDay } from "../../../state/settings";
import { useWords } from "../../context";
import { cx } from "../../cx";
import { Button, IconButton } from "../../parts/Button";
import { SelectField } from "../../parts/Field";
import page from "../Page.module.css";
import css from "./Settings.module.css";

const ZONES = Intl.supportedValuesOf("timeZone");
const WEEK = [0, 1, 2, 3, 4, 5, 6] as const;

interface Props {
  readonly settings: WorkspaceSettings;
  readonly onEdit: (change: Partial<WorkspaceSettings>) => void;
}

export function Hours({ settings, onEdit }: Props) {
  const words = useWords();
  const { hours, time_zone: zone = "" } = settings;
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  // Hours are meant in some zone: with the first of them that is the browser's, where none is chosen.
  const set = (next: readonly WeeklyHours[]) => onEdit({ hours: next, ...(zone === "" && next.length > 0 ? { time_zone: here } : {}) });
  return (
    <section className={cx(page.card, css.section)} aria-labelledby="hours-title">
      <h2 id="hours-title">{words.settings.hoursTitle}</h2>
      <p>{words.settings.hoursText}</p>
      <SelectField label={words.settings.timeZone} value={zone} onChange={(event) => onEdit({ time_zone: event.target.value })}>
        <option value="" disabled={hours.length > 0}>
          {words.settings.noTimeZone}
        </option>
        {[...new Set([...ZONES, here, ...(zone === "" ? [] : [zone])])].sort().map((name) => (
          <option key={name} value={name}>
            {name.replaceAll("_", " ")}
          </option>
        ))}
      </SelectField>
      <ul className={css.week}>
        {WEEK.map((weekday) => (
          <Day key={weekday} weekday={weekday} day={hoursOf(hours, weekday)} isWrong={wrongDay(hours) === weekday} onChange={(day) => set(withDay(hours, weekday, day))} onAdd={() => set(withStretch(hours, weekday))} />
        ))}
      </ul>
      {hoursOf(hours, 0).length > 0 && (
        <Button small onClick={() => set(copiedFromMonday(hours))}>
          {words.settings.copyDown}
        </Button>
      )}
    </section>
  );
}

interface DayProps {
  readonly weekday: number;
  readonly day: readonly WeeklyHours[];
  readonly isWrong: boolean;
  readonly onChange: (day: readonly WeeklyHours[]) => void;
  readonly onAdd: () => void;
}

function Day({ weekday, day, isWrong, onChange, onAdd }: DayProps) {
  const words = useWords();
  const name = words.settings.days[weekday] ?? "";
  const change = (index: number, part: Partial<WeeklyHours>) => onChange(day.map((each, at) => (at === index ? { ...each, ...part } : each)));
  return (
    <li>
      <b>{name}</b>
      <span className={css.stretches}>
        {day.length === 0 && <span className={css.closed}>{words.settings.closed}</span>}
        {day.map((each, index) => (
          // A stretch is its place among the day's: that is all there is to know it by.
          <span key={index} className={css.stretch}>
            <input type="time" aria-label={words.settings.from(name)} aria-invalid={isWrong || undefined} value={clockText(each.opens)} onChange={(event) => change(index, { opens: clockMinutes(event.target.value, false) ?? each.opens })} />
            –
            {/* A time field knows no 24:00: midnight as an end is shown as 00:00. */}
            <input type="time" aria-label={words.settings.until(name)} aria-invalid={isWrong || undefined} value={clockText(each.closes % DAY_MINUTES)} onChange={(event) => change(index, { closes: clockMinutes(event.target.value, true) ?? each.closes })} />
            <IconButton label={words.settings.removeStretch(name)} onClick={() => onChange(day.filter((_, at) => at !== index))}>
              <X size={16} aria-hidden />
            </IconButton>
          </span>
        ))}
      </span>
      <IconButton label={words.settings.addStretch(name)} onClick={onAdd}>
        <Plus size={16} aria-hidden />
      </IconButton>
    </li>
  );
}
