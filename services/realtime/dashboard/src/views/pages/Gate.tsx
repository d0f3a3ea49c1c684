/** The card in the middle of an empty page, before one is in. */
import type { ReactNode } from "react";
import type { Language } from "../../state/preferences";
import { LANGUAGES } from "../../words/languages";
import { useSurroundings } from "../context";
import css from "./Gate.module.css";

export function Gate({ title, lead, children }: { readonly title: string; readonly lead: string; readonly children: ReactNode }) {
  const { words, preferences, setPreferences } = useSurroundings();
  return (
    <main className={css.gate}>
      <div className={css.card}>
        <p className={css.product}>
          <svg viewBox="0 0 32 32" width="36" height="36" aria-hidden>
            <rect width="32" height="32" rx="9" fill="#2257d6" />
            <path d="M9 21.5 19.5 11" stroke="#fff" strokeWidth="4.5" strokeLinecap="round" />
            <circle cx="23" cy="7.8" r="2.6" fill="#cfe0ff" />
          </svg>
          {words.product}
        </p>
        <h1>{title}</h1>
        <p className={css.lead}>{lead}</p>
        {children}
      </div>
      <label className={css.language}>
        <span className="visually-hidden">{words.me.language}</span>
        <select value={preferences.language} onChange={(event) => setPreferences({ ...preferences, language: event.target.value as Language })}>
          {Object.entries(LANGUAGES).map(([language, name]) => (
            <option key={language} value={language}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </main>
  );
}
