/** Grace, away, idle, unanswered, and whether a closed conversation reopens. */
import { useId, useState } from "react";
import type { WorkspaceSettings } from "../../../gateway/around";
import { isWithin, SECONDS, TIME_FIELDS, type TimeField, type Unit, unitOf } from "../../../state/settings";
import { useWords } from "../../context";
import { cx } from "../../cx";
import page from "../Page.module.css";
import css from "./Settings.module.css";

interface Props {
  readonly settings: WorkspaceSettings;
  readonly onEdit: (change: Partial<WorkspaceSettings>) => void;
}

const NAMES = { grace_seconds: "grace", away_seconds: "away", idle_seconds: "idle", unanswered_seconds: "unanswered" } as const;
const TEXTS = { grace_seconds: "graceText", away_seconds: "awayText", idle_seconds: "idleText", unanswered_seconds: "unansweredText" } as const;

export function Times({ settings, onEdit }: Props) {
  const words = useWords();
  const id = useId();
  return (
    <section className={cx(page.card, css.section)} aria-labelledby="times-title">
      <h2 id="times-title">{words.settings.timesTitle}</h2>
      {TIME_FIELDS.map((field) => (
        // With other settings (loaded anew) the unit is chosen anew.
        <Time key={`${field}-${settings.revision}`} field={field} seconds={settings[field]} onChange={(seconds) => onEdit({ [field]: seconds })} />
      ))}
      <label className={css.check} htmlFor={id}>
        <input id={id} type="checkbox" checked={settings.reopen} onChange={(event) => onEdit({ reopen: event.target.checked })} />
        <span>
          {words.settings.reopen}
          <small>{words.settings.reopenText}</small>
        </span>
      </label>
    </section>
  );
}

function Time({ field, seconds, onChange }: { readonly field: TimeField; readonly seconds: number; readonly onChange: (seconds: number) => void }) {
  const words = useWords().settings;
  const id = useId();
  const [unit, setUnit] = useState<Unit>(unitOf(seconds));
  const isWrong = !isWithin(field, seconds);
  const value = seconds / SECONDS[unit];
  return (
    <div className={css.time}>
      <label htmlFor={id}>
        {words[NAMES[field]]}
        <small id={`${id}-text`}>{words[TEXTS[field]]}</small>
      </label>
      <span>
        <input id={id} type="number" min={0} step="any" inputMode="numeric" value={Number.isFinite(value) ? value : ""} aria-invalid={isWrong || undefined} aria-describedby={`${id}-text`} onChange={(event) => onChange(Math.round(event.target.valueAsNumber * SECONDS[unit]))} />
        <select
          aria-label={words.unitOf(words[NAMES[field]])}
          value={unit}
          onChange={(event) => {
            const next = event.target.value as Unit;
            setUnit(next);
            onChange(Math.round(value * SECONDS[next]));
          }}
        >
          {(Object.keys(SECONDS) as Unit[]).map((each) => (
            <option key={each} value={each}>
              {words.unit[each]}
            </option>
          ))}
        </select>
      </span>
      {isWrong && (
        <em role="alert">{words.outOfRange}</em>
      )}
    </div>
  );
}
