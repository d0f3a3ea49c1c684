/** The message box: it grows, keeps every typed word, and sends against what had been seen. */
import { useQuery } from "@tanstack/react-query";
import { type ChangeEvent, type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Row, Template } from "../../gateway/contract";
import type { Chat } from "../../state/chat";
import { hindranceOf, rejoined } from "../../state/composing";
import { nameOf } from "../../state/notices";
import { fillTemplate, findTemplates, insertAt, slashAt } from "../../state/templates";
import { useApp, useMe, useMedia, useWords } from "../context";
import { Button } from "../parts/Button";
import css from "./Composer.module.css";
import { GhostDraftBox } from "./GhostDraftBox";
import { onInsertion } from "./insertion";
import { optionId, TemplatePopover } from "./TemplatePopover";
import { UnseenBox } from "./UnseenBox";

const TYPING_EVERY_MS = 3000;

interface Props {
  readonly id: string;
  readonly row: Row;
  readonly chat: Chat;
  /** False once control is lost: the text stays, to be read and copied. */
  readonly canWrite: boolean;
}

export function Composer({ id, row, chat, canWrite }: Props) {
  const app = useApp();
  const words = useWords();
  const me = useMe().account;
  const touch = useMedia("(pointer: coarse)");
  const box = useRef<HTMLTextAreaElement>(null);
  const caretAfter = useRef<number | undefined>(undefined);
  const typedAt = useRef(0);
  const [text, setText] = useState(() => app.drafts().read("reply", id));
  const [caret, setCaret] = useState(0);
  const [blanks, setBlanks] = useState<readonly string[]>([]);
  const [closedAt, setClosedAt] = useState<number>();
  const [chosen, setChosen] = useState(0);
  const templates = useQuery({ queryKey: ["templates"], queryFn: app.ports.api.templates, enabled: canWrite });

  const slash = canWrite ? slashAt(text, caret) : undefined;
  const options = slash === undefined || slash.from === closedAt ? [] : findTemplates(templates.data ?? [], slash.query, row.user?.locale);
  const active = Math.min(chosen, options.length - 1);
  const variables = { "user.name": row.user?.name, "user.email": row.user?.email, "user.id": row.user?.id, "agent.name": me.display_name };
  const hindrance = hindranceOf(text, blanks);

  const write = useCallback(
    (next: string) => {
      setText(next);
      app.drafts().write("reply", id, next);
    },
    [app, id],
  );

  const put = useCallback(
    (inserted: string, from?: number) => {
      const at = box.current?.selectionStart ?? 0;
      const result = insertAt(box.current?.value ?? "", from ?? at, box.current?.selectionEnd ?? at, inserted);
      caretAfter.current = result.caret;
      setCaret(result.caret);
      write(result.text);
      box.current?.focus();
    },
    [write],
  );

  useEffect(() => onInsertion(id, put), [id, put]);

  useLayoutEffect(() => {
    const area = box.current;
    if (area === null) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + 2}px`;
    if (caretAfter.current !== undefined) {
      area.setSelectionRange(caretAfter.current, caretAfter.current);
      caretAfter.current = undefined;
    }
  }, [text]);

  useEffect(() => () => app.typing(id, false), [app, id]);

  function onChange(event: ChangeEvent<HTMLTextAreaElement>): void {
    write(event.target.value);
    setCaret(event.target.selectionStart);
    setChosen(0);
    if (slashAt(event.target.value, event.target.selectionStart)?.from !== closedAt) setClosedAt(undefined);
    const now = app.ports.clock.now();
    if (now - typedAt.current < TYPING_EVERY_MS) return;
    typedAt.current = now;
    app.typing(id, true);
  }

  function choose(template: Template): void {
    if (slash === undefined) return;
    const filled = fillTemplate(template.text, variables);
    setBlanks([...blanks, ...filled.blanks]);
    put(filled.text, slash.from);
    // It only ranks: what is not counted is no loss.
    void app.ports.api.template.used(template.id).catch(() => undefined);
  }

  async function send(): Promise<void> {
    if (!canWrite || hindrance !== undefined) return;
    const sent = text;
    write("");
    typedAt.current = 0;
    app.typing(id, false);
    const ended = await app.acting.send(id, sent);
    // Refused: the words come back into the box. What could not be delivered stays in the history with "Try again".
    if (!ended.ok && ["UNSEEN_MESSAGES", "NOT_HOLDER", "CONVERSATION_CLOSED"].includes(ended.reason)) write(rejoined(sent, app.drafts().read("reply", id)));
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>): void {
    // 229 is what browsers report while an input method composes, also where isComposing has ended a moment too early.
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- there is no other sign of it in Safari
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    const option = options[active];
    if (option !== undefined && onListKey(event, option)) {
      event.preventDefault();
      return;
    }
    if (event.key !== "Enter" || event.shiftKey || touch) return;
    event.preventDefault();
    if (!event.repeat) void send();
  }

  /** True when the open list of templates took the key. */
  function onListKey(event: KeyboardEvent, option: Template): boolean {
    switch (event.key) {
      case "ArrowDown":
        setChosen((active + 1) % options.length);
        return true;
      case "ArrowUp":
        setChosen((active - 1 + options.length) % options.length);
        return true;
      case "Enter":
      case "Tab":
        choose(option);
        return true;
      case "Escape":
        setClosedAt(slash?.from);
        return true;
      default:
        return false;
    }
  }

  if (!canWrite && text === "") return null;

  const name = nameOf(row);
  const trouble = hindrance?.kind === "blank" ? words.compose.blank(hindrance.blank) : hindrance?.kind === "too_long" ? words.compose.tooLong : undefined;
  return (
    <div className={css.composer}>
      {canWrite && <GhostDraftBox chat={chat} onInsert={put} />}
      {canWrite && chat.unseenAfter !== undefined && <UnseenBox chat={chat} row={row} after={chat.unseenAfter} text={words.compose.unseen} />}
      <div className={css.box}>
        {options.length > 0 && slash !== undefined && <TemplatePopover options={options} active={active} query={slash.query} preview={(template) => fillTemplate(template.text, variables).text} onChoose={choose} onHover={setChosen} />}
        <textarea
          ref={box}
          data-composer
          className={css.text}
          rows={2}
          value={text}
          readOnly={!canWrite}
          placeholder={canWrite ? words.compose.placeholder : undefined}
          aria-label={canWrite ? words.compose.label(name) : words.compose.keptText}
          aria-haspopup="listbox"
          aria-controls={options.length > 0 ? "templates" : undefined}
          aria-activedescendant={options[active] === undefined ? undefined : optionId(options[active].id)}
          onChange={onChange}
          onKeyDown={onKeyDown}
          onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
        />
        {canWrite && (
          <div className={css.bar}>
            <span className={css.hints} aria-hidden>
              <kbd>/</kbd> {words.compose.templates} · <kbd>Enter</kbd> {words.compose.sendKey} · <kbd>Shift</kbd> <kbd>Enter</kbd> {words.compose.newLine}
            </span>
            <span className={css.trouble} role="status">
              {templates.isError ? words.compose.templatesFailed : trouble}
            </span>
            <Button kind="primary" disabled={hindrance !== undefined} onClick={() => void send()}>
              {words.compose.send}
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}
