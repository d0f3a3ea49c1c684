/** Find in conversation: the server looks through all of it, a press leads to the place. */
import { useQuery } from "@tanstack/react-query";
import { Search, X } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { LogEvent, Row } from "../../gateway/contract";
import { reasonOf } from "../../gateway/errors";
import { excerptOf, markedText } from "../../state/marking";
import { nameOf } from "../../state/notices";
import { useApp, useFormat, useNow, useWords } from "../context";
import { IconButton } from "../parts/Button";
import { Marked } from "../parts/Marked";
import { problemWords } from "../problem";
import css from "./FindBar.module.css";
import { jumpTo } from "./jumping";

const PAUSE_MS = 250;

export interface FindBarProps {
  readonly row: Row;
  readonly onClose: () => void;
}

function wordsOf(event: LogEvent): string {
  if ("text" in event.body) return event.body.text;
  return "message" in event.body ? (event.body.message ?? "") : "";
}

export function FindBar({ row, onClose }: FindBarProps) {
  const app = useApp();
  const words = useWords();
  const format = useFormat();
  const now = useNow();
  const id = row.conversation_id;
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const [text, setText] = useState("");
  const [wanted, setWanted] = useState("");

  useEffect(() => input.current?.focus(), []);
  useEffect(() => {
    const timer = setTimeout(() => setWanted(text.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const { data, error } = useQuery({ queryKey: ["found", id, wanted], queryFn: () => app.ports.api.conversations.find(id, wanted), enabled: wanted !== "", staleTime: 5000 });

  function author(event: LogEvent): string {
    if (event.type === "user_message") return nameOf(row);
    if (event.type === "ai_message") return event.body.ai_agent?.name ?? words.chat.ai;
    return event.type === "note_added" ? `${words.desk.find.note} · ${event.actor.name ?? ""}` : (event.actor.name ?? "");
  }

  function onKeyDown(event: KeyboardEvent): void {
    const links = [...(list.current?.querySelectorAll("button") ?? [])];
    const at = links.findIndex((link) => link === document.activeElement);
    if (event.key === "ArrowDown") links[Math.min(at + 1, links.length - 1)]?.focus();
    else if (event.key === "ArrowUp") (at <= 0 ? input.current : links[at - 1])?.focus();
    else if (event.key === "Escape") onClose();
    else return;
    event.preventDefault();
  }

  const events = wanted === "" ? [] : (data?.events ?? []);
  return (
    <search className={css.find} aria-label={words.desk.find.label} onKeyDown={onKeyDown}>
      <div className={css.bar}>
        <Search size={16} aria-hidden />
        <input ref={input} type="text" value={text} maxLength={200} onChange={(event) => setText(event.target.value)} placeholder={words.desk.find.placeholder} aria-label={words.desk.find.label} autoComplete="off" />
        <span className={css.count} role="status">
          {error !== null ? problemWords(words, reasonOf(error)) : wanted === "" || data === undefined ? "" : events.length === 0 ? words.desk.find.none : words.desk.find.found(events.length, data.more === true)}
        </span>
        <IconButton label={words.desk.find.close} onClick={onClose}>
          <X size={16} aria-hidden />
        </IconButton>
      </div>
      {events.length > 0 && (
        <ol ref={list} className={css.results} aria-label={words.desk.find.results}>
          {events.map((event) => (
            <li key={event.seq}>
              <button type="button" onClick={() => jumpTo(id, event.seq)}>
                <span className={css.who}>
                  {author(event)} · <time dateTime={event.at}>{format.short(event.at, now)}</time>
                </span>
                <span className={css.words}>
                  <Marked parts={markedText(excerptOf(wordsOf(event), wanted), wanted)} />
                </span>
              </button>
            </li>
          ))}
        </ol>
      )}
    </search>
  );
}
