/** The text as a user would get it, with a name and without; what nobody fills in is marked. */
import { useState } from "react";
import { fillTemplate } from "../../../state/templates";
import { useWords } from "../../context";
import css from "./Templates.module.css";

const BLANK = /(\{\{[^{}]*\}\})/u;

export function Preview({ text, agentName }: { readonly text: string; readonly agentName: string }) {
  const words = useWords();
  const [withName, setWithName] = useState(true);
  const { sample } = words.templates;
  const known = { "user.id": sample.id, "agent.name": agentName };
  const filled = fillTemplate(text, withName ? { ...known, "user.name": sample.name, "user.email": sample.email } : known).text;
  return (
    <section className={css.preview} aria-label={words.templates.preview}>
      <header>
        <h3>{words.templates.preview}</h3>
        {[true, false].map((each) => (
          <button key={String(each)} type="button" className={css.chip} aria-pressed={each === withName} onClick={() => setWithName(each)}>
            {each ? words.templates.withName : words.templates.withoutName}
          </button>
        ))}
      </header>
      <p className={css.bubble}>
        {filled.split(BLANK).map((part, index) =>
          BLANK.test(part) ? <mark key={index}>{part}</mark> : part,
        )}
      </p>
    </section>
  );
}
