/** The colleagues, with presence and load; searchable, the available ones first. */
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useId, useRef, useState } from "react";
import type { Agent } from "../../gateway/contract";
import { rankedColleagues } from "../../state/colleagues";
import { useApp, useFormat, useMe, useNow, useWords } from "../context";
import { Avatar } from "../parts/Avatar";
import { Problem } from "../parts/Problem";
import { problemWords } from "../problem";
import css from "./AgentPicker.module.css";
import { reasonOf } from "../../gateway/errors";

export function useColleagues() {
  const app = useApp();
  // Who is there changes by the minute: asked anew each time, what was known is shown meanwhile.
  return useQuery({ queryKey: ["agents"], queryFn: app.ports.api.agents, staleTime: 0 });
}

export function usePresenceWords(): (agent: Agent) => string {
  const words = useWords().handover;
  const format = useFormat();
  const now = useNow();
  return (agent) => {
    if (agent.presence === "available") return words.available(agent.open_conversations ?? 0);
    if (agent.presence === "away") return agent.since === undefined ? words.awayNow : words.away(format.short(agent.since, now));
    return words.offline;
  };
}

interface Props {
  readonly value: string | undefined;
  readonly onChange: (agent: Agent) => void;
  /** Who holds the conversation now needs no transfer. */
  readonly withoutId: string | undefined;
}

export function AgentPicker({ value, onChange, withoutId }: Props) {
  const words = useWords();
  const meId = useMe().account.id;
  const [search, setSearch] = useState("");
  const { data = [], error } = useColleagues();
  const presence = usePresenceWords();
  const group = useId();
  const list = useRef<HTMLDivElement>(null);
  const found = rankedColleagues(data, search, [meId, withoutId]);

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    const [first] = found;
    if (first === undefined) return;
    onChange(first);
    list.current?.querySelector("input")?.focus();
  }

  return (
    <div className={css.picker}>
      <input className={css.search} type="text" value={search} onChange={(event) => setSearch(event.target.value)} onKeyDown={onKeyDown} placeholder={words.handover.find} aria-label={words.handover.find} autoComplete="off" />
      <div ref={list} className={css.people} role="radiogroup" aria-label={words.handover.who}>
        {error !== null && <Problem text={problemWords(words, reasonOf(error))} />}
        {error === null && found.length === 0 && <p className={css.none}>{words.handover.nobody}</p>}
        {found.map((agent) => (
          <label key={agent.id} className={css.person}>
            <input type="radio" name={group} checked={agent.id === value} onChange={() => onChange(agent)} />
            <Avatar name={agent.display_name} small presence={agent.presence ?? "offline"} />
            <span className={css.name}>{agent.display_name}</span>
            <small>{presence(agent)}</small>
          </label>
        ))}
      </div>
    </div>
  );
}
