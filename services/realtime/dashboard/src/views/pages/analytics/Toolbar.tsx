/** What is shown: period, time zone, agent, AI agent, business hours; and the same as a file. */
import { csvAddress, type FiguresAnswer } from "../../../gateway/figures";
import { asCustom, figuresQuery, PERIODS, type View } from "../../../state/analytics";
import { dayText, parseDay } from "../../../state/zoned";
import { useApp, useMe, useWords } from "../../context";
import css from "./Analytics.module.css";
import { CsvLink } from "./CsvLink";
import { useQuery } from "@tanstack/react-query";

interface Props {
  readonly view: View;
  readonly zone: string;
  readonly workspaceZone: string;
  readonly data: FiguresAnswer | undefined;
  readonly onChange: (change: Partial<View>) => void;
}

export function Toolbar({ view, zone, workspaceZone, data, onChange }: Props) {
  const { clock } = useApp().ports;
  const words = useWords().analytics;
  return (
    <div className={css.toolbar}>
      <div className={css.periods} role="group" aria-label={words.period}>
        {PERIODS.map((period) => (
          <button
            key={period}
            type="button"
            className={css.period}
            aria-pressed={period === view.period}
            onClick={() => onChange(period === "custom" ? asCustom(view, zone, clock.now()) : { period, from: undefined, to: undefined })}
          >
            {words.periods[period]}
          </button>
        ))}
      </div>
      {view.period === "custom" && <Days view={view} zone={zone} onChange={onChange} />}
      <Zones view={view} zone={zone} workspaceZone={workspaceZone} onChange={onChange} />
      <People view={view} data={data} onChange={onChange} />
      {(data?.has_hours === true || view.business) && (
        <label className={css.check}>
          <input type="checkbox" checked={view.business} onChange={(event) => onChange({ business: event.currentTarget.checked })} />
          {words.business}
        </label>
      )}
      <CsvLink href={csvAddress("figures", figuresQuery(view, zone, clock.now()))} label={words.csvOfTable} />
    </div>
  );
}

function Days({ view, zone, onChange }: Pick<Props, "view" | "zone" | "onChange">) {
  const { clock } = useApp().ports;
  const words = useWords().analytics;
  const { from, to } = asCustom(view, zone, clock.now());
  const day = (which: "from" | "to", value: string) => (
    <label className={css.choice}>
      <span>{words[which]}</span>
      <input
        type="date"
        value={value}
        onChange={(event) => {
          const chosen = parseDay(event.currentTarget.value);
          if (chosen !== undefined) onChange({ ...asCustom(view, zone, clock.now()), [which]: chosen });
        }}
      />
    </label>
  );
  return (
    <>
      {day("from", from === undefined ? "" : dayText(from))}
      {day("to", to === undefined ? "" : dayText(to))}
    </>
  );
}

function Zones({ view, zone, workspaceZone, onChange }: Pick<Props, "view" | "zone" | "workspaceZone" | "onChange">) {
  const words = useWords().analytics;
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const first = [...new Set([workspaceZone, own, "UTC", zone])].filter((name) => name !== "");
  const others = Intl.supportedValuesOf("timeZone").filter((name) => !first.includes(name));
  const option = (name: string) => (
    <option key={name} value={name}>
      {name === workspaceZone ? words.zoneOfWorkspace(name) : name.replaceAll("_", " ")}
    </option>
  );
  return (
    <label className={css.choice}>
      <span>{words.zone}</span>
      <select value={zone} onChange={(event) => onChange({ zone: event.currentTarget.value === (workspaceZone || own) ? undefined : event.currentTarget.value })} data-chosen={view.zone !== undefined || undefined}>
        {first.map(option)}
        <hr />
        {others.map(option)}
      </select>
    </label>
  );
}

function People({ view, data, onChange }: Pick<Props, "view" | "data" | "onChange">) {
  const { api } = useApp().ports;
  const words = useWords().analytics;
  const { account } = useMe();
  const { data: agents = [] } = useQuery({ queryKey: ["agents"], queryFn: api.agents });
  const shown = account.role === "agent" ? agents.filter((agent) => agent.id === account.id) : agents;
  const missing = view.agent !== "" && !shown.some((agent) => agent.id === view.agent);
  const ais = data?.ai_agents ?? [];
  const missingAi = view.aiAgent !== "" && !ais.some((ai) => ai.id === view.aiAgent);
  return (
    <>
      <label className={css.choice}>
        <span>{words.agentFilter}</span>
        <select value={view.agent} onChange={(event) => onChange({ agent: event.currentTarget.value })}>
          <option value="">{words.allAgents}</option>
          {missing && <option value={view.agent}>{words.formerAccount}</option>}
          {shown.map((agent) => (
            <option key={agent.id} value={agent.id}>
              {agent.name}
            </option>
          ))}
        </select>
      </label>
      <label className={css.choice}>
        <span>{words.aiFilter}</span>
        <select value={view.aiAgent} onChange={(event) => onChange({ aiAgent: event.currentTarget.value })}>
          <option value="">{words.allAis}</option>
          {missingAi && <option value={view.aiAgent}>{view.aiAgent}</option>}
          {ais.map((ai) => (
            <option key={ai.id} value={ai.id}>
              {ai.name ?? ai.id}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}
