/** The filters beyond the views: AI agent, human agent, closed ones; those that are on stand as chips beside it. */
import { Menu } from "@base-ui/react/menu";
import { useQuery } from "@tanstack/react-query";
import { Check, SlidersHorizontal, X } from "lucide-react";
import { useMemo, useState } from "react";
import type { Filters } from "../../state/filters";
import { useApp, useAppState, useWords } from "../context";
import { cx } from "../cx";
import menu from "../parts/Menu.module.css";
import css from "./ListHead.module.css";

export interface FilterMenuProps {
  readonly filters: Filters;
  readonly onChange: (change: Partial<Filters>) => void;
}

const toggled = (items: readonly string[], item: string) => (items.includes(item) ? items.filter((other) => other !== item) : [...items, item]);

export function FilterMenu({ filters, onChange }: FilterMenuProps) {
  const app = useApp();
  const words = useWords();
  const [open, setOpen] = useState(false);
  const wanted = open || filters.aiAgents.length > 0;
  // Thousands of rows that change many times a second: looked through only for what is seen.
  const rows = useAppState((state) => (wanted ? state.rows : undefined));
  const { data: agents = [] } = useQuery({ queryKey: ["agents"], queryFn: app.ports.api.agents });
  const bots = useMemo(() => new Map(Object.values(rows ?? {}).map((row) => [row.ai_agent?.id ?? "", row.ai_agent?.name ?? ""])), [rows]);
  const botIds = [...new Set([...bots.keys(), ...filters.aiAgents])].filter((id) => id !== "");
  const nameOfAgent = (id: string) => agents.find((agent) => agent.id === id)?.display_name ?? id;
  const closed = filters.statuses.includes("closed");
  const chips = [
    ...(closed ? [{ key: "closed", name: words.status.closed, remove: () => onChange({ statuses: filters.statuses.filter((status) => status !== "closed") }) }] : []),
    ...filters.aiAgents.map((id) => ({ key: id, name: bots.get(id) ?? id, remove: () => onChange({ aiAgents: toggled(filters.aiAgents, id) }) })),
    ...filters.agents.map((id) => ({ key: id, name: nameOfAgent(id), remove: () => onChange({ agents: toggled(filters.agents, id) }) })),
  ];
  return (
    <>
      {chips.map((chip) => (
        <button key={chip.key} type="button" className={cx(css.chip, css.on)} onClick={chip.remove} aria-label={words.list.remove(chip.name)}>
          {chip.name} <X size={12} aria-hidden />
        </button>
      ))}
      <Menu.Root open={open} onOpenChange={setOpen}>
        <Menu.Trigger className={css.chip}>
          <SlidersHorizontal size={13} aria-hidden /> {words.list.filter}
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner className={menu.positioner} sideOffset={6} align="start">
            <Menu.Popup className={menu.popup}>
              <Menu.Group>
                <Menu.GroupLabel className={menu.label}>{words.list.filterStatus}</Menu.GroupLabel>
                <Choice name={words.status.closed} checked={closed} onChange={() => onChange({ statuses: closed ? filters.statuses.filter((status) => status !== "closed") : [...filters.statuses, "closed"] })} />
              </Menu.Group>
              {botIds.length > 0 && (
                <Menu.Group>
                  <Menu.GroupLabel className={menu.label}>{words.list.filterAi}</Menu.GroupLabel>
                  {botIds.map((id) => (
                    <Choice key={id} name={bots.get(id) ?? id} checked={filters.aiAgents.includes(id)} onChange={() => onChange({ aiAgents: toggled(filters.aiAgents, id) })} />
                  ))}
                </Menu.Group>
              )}
              {agents.length > 0 && (
                <Menu.Group>
                  <Menu.GroupLabel className={menu.label}>{words.list.filterAgent}</Menu.GroupLabel>
                  {agents.map((agent) => (
                    <Choice key={agent.id} name={agent.display_name} checked={filters.agents.includes(agent.id)} onChange={() => onChange({ agents: toggled(filters.agents, agent.id) })} />
                  ))}
                </Menu.Group>
              )}
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
    </>
  );
}

function Choice({ name, checked, onChange }: { readonly name: string; readonly checked: boolean; readonly onChange: () => void }) {
  return (
    <Menu.CheckboxItem className={menu.item} checked={checked} onCheckedChange={onChange} closeOnClick={false}>
      <span className={menu.check}>
        <Menu.CheckboxItemIndicator>
          <Check size={14} aria-hidden />
        </Menu.CheckboxItemIndicator>
      </span>
      <span className={menu.text}>{name}</span>
    </Menu.CheckboxItem>
  );
}
