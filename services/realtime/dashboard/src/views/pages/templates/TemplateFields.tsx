/** What a template consists of. */
import { useId, useRef } from "react";
import type { TemplateBody } from "../../../gateway/around";
import { type TemplateFault, VARIABLES } from "../../../state/templates_page";
import { insertAt } from "../../../state/templates";
import { useFormat, useWords } from "../../context";
import { Choices } from "../../parts/Choices";
import { SelectField, TextField } from "../../parts/Field";
import css from "./Templates.module.css";

/** Of templates: what agents write in; any other that a template has is offered too. */
const LANGUAGES = ["en", "id", "ms", "jv", "su", "zh", "ja", "ko", "ar", "hi", "es", "pt", "fr", "de", "nl"];

interface Props {
  readonly body: TemplateBody;
  readonly folders: readonly string[];
  readonly editable: boolean;
  readonly maySwitch: boolean;
  readonly fault: TemplateFault;
  readonly onEdit: (change: Partial<TemplateBody>) => void;
}

export function TemplateFields({ body, folders, editable, maySwitch, fault, onEdit }: Props) {
  const words = useWords();
  const format = useFormat();
  const textId = useId();
  const foldersId = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const languages = body.locale === "" || LANGUAGES.includes(body.locale) ? LANGUAGES : [...LANGUAGES, body.locale];

  function insert(variable: string): void {
    const [from, to] = [area.current?.selectionStart ?? body.text.length, area.current?.selectionEnd ?? body.text.length];
    const { text, caret } = insertAt(body.text, from, to, `{{${variable}}}`);
    onEdit({ text });
    requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(caret, caret);
    });
  }

  return (
    <fieldset className={css.fields} disabled={!editable}>
      <legend className="visually-hidden">{words.templates.title}</legend>
      <TextField
        label={words.templates.name}
        hint={words.templates.nameHint}
        value={body.name}
        maxLength={40}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onEdit({ name: event.target.value.replace(/^\//u, "") })}
        error={fault === "name" ? words.templates.nameRule : undefined}
      />
      {maySwitch && (
        <Choices
          legend={words.templates.sharing}
          value={body.shared ? "shared" : "own"}
          onChange={(key) => onEdit({ shared: key === "shared" })}
          options={[
            { key: "shared", title: words.templates.shared, text: words.templates.sharedText },
            { key: "own", title: words.templates.own, text: words.templates.ownText },
          ]}
        />
      )}
      <div className={css.pair}>
        <TextField label={words.templates.folder} hint={words.optional} value={body.folder} maxLength={60} list={foldersId} autoComplete="off" onChange={(event) => onEdit({ folder: event.target.value })} onBlur={() => onEdit({ folder: body.folder.trim() })} />
        <datalist id={foldersId}>
          {folders.map((folder) => (
            <option key={folder} value={folder} />
          ))}
        </datalist>
        <SelectField label={words.templates.language} value={body.locale} onChange={(event) => onEdit({ locale: event.target.value })}>
          <option value="">{words.templates.anyLanguage}</option>
          {languages.map((language) => (
            <option key={language} value={language}>
              {format.locale(language)}
            </option>
          ))}
        </SelectField>
      </div>
      <div className={css.textField}>
        <label htmlFor={textId}>{words.templates.text}</label>
        <textarea
          id={textId}
          ref={area}
          className={css.text}
          rows={6}
          value={body.text}
          aria-invalid={fault === "text" || undefined}
          aria-describedby={`${textId}-hint`}
          onChange={(event) => onEdit({ text: event.target.value })}
        />
        {fault === "text" && (
          <p className={css.fault} role="alert">
            {words.templates.textRule}
          </p>
        )}
        {editable && (
          <p className={css.variables}>
            <span>{words.templates.variables}</span>
            {VARIABLES.map((variable) => (
              <button key={variable} type="button" className={css.chip} onClick={() => insert(variable)}>
                {words.templates.variable[variable]}
              </button>
            ))}
          </p>
        )}
        <small id={`${textId}-hint`}>{words.templates.defaultHint}</small>
      </div>
    </fieldset>
  );
}
