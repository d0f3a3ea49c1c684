/** The templates by folder, searched as one types. */
import { Search, Users, UserRound } from "lucide-react";
import { useState } from "react";
import type { Template } from "../../../gateway/contract";
import { foldersOf } from "../../../state/templates_page";
import { ROOT } from "../../../state/route";
import { useFormat, useWords } from "../../context";
import { cx } from "../../cx";
import css from "./Templates.module.css";

const WHOSE = ["all", "shared", "own"] as const;

interface Props {
  readonly templates: readonly Template[];
  readonly chosenId: string | undefined;
  readonly onChoose: (id: string) => void;
}

export function TemplateList({ templates, chosenId, onChoose }: Props) {
  const words = useWords();
  const [search, setSearch] = useState("");
  const [whose, setWhose] = useState<(typeof WHOSE)[number]>("all");
  const folders = foldersOf(templates, search, whose);
  return (
    <section className={css.listing} aria-label={words.templates.list}>
      <div className={css.search}>
        <Search size={16} aria-hidden />
        <input type="search" value={search} onChange={(event) => setSearch(event.target.value)} placeholder={words.templates.search} aria-label={words.templates.search} />
      </div>
      <div className={css.whose} role="group" aria-label={words.templates.which}>
        {WHOSE.map((each) => (
          <button key={each} type="button" className={css.chip} aria-pressed={each === whose} onClick={() => setWhose(each)}>
            {words.templates[each]}
          </button>
        ))}
      </div>
      <div className={css.folders}>
        {folders.length === 0 && templates.length > 0 && <p className={css.nothing}>{words.templates.nothing}</p>}
        {folders.map((folder) => (
          <section key={folder.name} aria-label={folder.name === "" ? words.templates.noFolder : folder.name}>
            {(folders.length > 1 || folder.name !== "") && <h2>{folder.name === "" ? words.templates.noFolder : folder.name}</h2>}
            <ul>
              {folder.templates.map((template) => (
                <Line key={template.id} template={template} isChosen={template.id === chosenId} onChoose={onChoose} />
              ))}
            </ul>
          </section>
        ))}
      </div>
    </section>
  );
}

function Line({ template, isChosen, onChoose }: { readonly template: Template; readonly isChosen: boolean; readonly onChoose: (id: string) => void }) {
  const words = useWords();
  const format = useFormat();
  const isShared = template.owner_id === undefined;
  const Icon = isShared ? Users : UserRound;
  return (
    <li>
      <a
        className={cx(css.line, isChosen && css.chosen)}
        href={`${ROOT}/templates/${encodeURIComponent(template.id)}`}
        aria-current={isChosen ? "true" : undefined}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          onChoose(template.id);
        }}
      >
        <span className={css.lineTop}>
          <code>/{template.name}</code>
          {template.locale !== undefined && <abbr title={format.locale(template.locale)}>{template.locale}</abbr>}
          <Icon size={14} role="img" aria-label={isShared ? words.templates.shared : words.templates.own} />
        </span>
        <span className={css.snippet}>{template.text}</span>
        {(template.uses ?? 0) > 0 && <small>{words.templates.uses(format.count(template.uses ?? 0))}</small>}
      </a>
    </li>
  );
}
