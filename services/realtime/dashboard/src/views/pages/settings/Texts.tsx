/** The words of system messages, in each language; what is empty has Baton's own. */
import { useState } from "react";
import type { SystemText, WorkspaceSettings } from "../../../gateway/around";
import { textOf, withText } from "../../../state/settings";
import { useFormat, useWords } from "../../context";
import { cx } from "../../cx";
import { SelectField, TextField } from "../../parts/Field";
import page from "../Page.module.css";
import css from "./Settings.module.css";

interface Props {
  readonly settings: WorkspaceSettings;
  readonly standard: readonly SystemText[];
  readonly onEdit: (change: Partial<WorkspaceSettings>) => void;
}

const LONGEST = 300;
const MORE = ["ms", "jv", "zh", "ja", "ko", "ar", "hi", "es", "pt", "fr", "de", "nl", "it", "vi", "th"];

export function Texts({ settings, standard, onEdit }: Props) {
  const words = useWords();
  const format = useFormat();
  const known = [...new Set([...standard.map((each) => each.language), ...settings.texts.map((each) => each.language)])];
  const [language, setLanguage] = useState(settings.default_language);
  const shown = known.includes(language) ? known : [...known, language];
  const codes = standard.filter((each) => each.language === "en").map((each) => each.code);
  return (
    <section className={cx(page.card, css.section)} aria-labelledby="texts-title">
      <h2 id="texts-title">{words.settings.textsTitle}</h2>
      <p>
        {words.settings.textsText} {words.settings.agentHint}
      </p>
      <div className={css.pair}>
        <SelectField label={words.settings.defaultLanguage} value={settings.default_language} onChange={(event) => onEdit({ default_language: event.target.value })}>
          {known.map((each) => (
            <option key={each} value={each}>
              {format.locale(each)}
            </option>
          ))}
        </SelectField>
        <SelectField label={words.settings.textsLanguage} value={language} onChange={(event) => setLanguage(event.target.value)}>
          {shown.map((each) => (
            <option key={each} value={each}>
              {format.locale(each)}
            </option>
          ))}
          <optgroup label={words.settings.addLanguage}>
            {MORE.filter((each) => !shown.includes(each)).map((each) => (
              <option key={each} value={each}>
                {format.locale(each)}
              </option>
            ))}
          </optgroup>
        </SelectField>
      </div>
      {codes.map((code) => (
        <TextField
          key={code}
          label={words.settings.codes[code] ?? code}
          lang={language}
          maxLength={LONGEST}
          placeholder={textOf(standard, language, code) || textOf(standard, settings.default_language, code) || textOf(standard, "en", code)}
          value={textOf(settings.texts, language, code)}
          onChange={(event) => onEdit({ texts: withText(settings.texts, language, code, event.target.value) })}
        />
      ))}
    </section>
  );
}
