/** The list of templates above the box. The focus stays in the box; its arrow keys choose here, the mouse works too. */
import { useEffect, useRef } from "react";
import type { Template } from "../../gateway/contract";
import { markedText } from "../../state/marking";
import { useWords } from "../context";
import { cx } from "../cx";
import { Marked } from "../parts/Marked";
import css from "./TemplatePopover.module.css";

export const optionId = (id: string): string => `template-${id}`;

interface Props {
  readonly options: readonly Template[];
  readonly active: number;
  readonly query: string;
  /** The text as it would be inserted. */
  readonly preview: (template: Template) => string;
  readonly onChoose: (template: Template) => void;
  readonly onHover: (index: number) => void;
}

export function TemplatePopover({ options, active, query, preview, onChoose, onHover }: Props) {
  const words = useWords();
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    <div className={css.popover}>
      <p className={css.head} aria-hidden>
        {words.compose.templatesTitle}
        <span>
          <kbd>↑</kbd> <kbd>↓</kbd> <kbd>Enter</kbd> <kbd>Esc</kbd>
        </span>
      </p>
      <div ref={list} id="templates" role="listbox" aria-label={words.compose.templatesTitle} className={css.list}>
        {options.map((template, index) => (
          // The box takes the keys (aria-activedescendant); an option only takes the mouse, without taking the focus.
          // eslint-disable-next-line jsx-a11y/click-events-have-key-events
          <div
            key={template.id}
            id={optionId(template.id)}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            className={cx(css.option, index === active && css.active)}
            onMouseDown={(event) => event.preventDefault()}
            onMouseMove={() => onHover(index)}
            onClick={() => onChoose(template)}
          >
            <code>
              /<Marked parts={markedText(template.name, query)} />
            </code>
            <span>{preview(template)}</span>
          </div>
        ))}
      </div>
    </div>
  );
}
