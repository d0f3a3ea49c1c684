/** The team's figures for a period. */
import { useQuery } from "@tanstack/react-query";
import { CloudOff } from "lucide-react";
import { useState } from "react";
import type { FiguresAnswer } from "../../gateway/contract";
import { useApp, useFormat, useMe, useWords } from "../context";
import { Button } from "../parts/Button";
import { Empty } from "../parts/Empty";
import { Page } from "./Page";
import css from "./Page.module.css";

const PERIODS = [7, 30, 90] as const;
const DAY_MS = 86_400_000;

export default function AnalyticsPage() {
  const app = useApp();
  const words = useWords();
  const [days, setDays] = useState<number>(7);
  const { data, isError, refetch } = useQuery({
    queryKey: ["figures", days],
    queryFn: () => {
      const now = app.ports.clock.now();
      return app.ports.api.figures(new Date(now - days * DAY_MS).toISOString(), new Date(now).toISOString());
    },
    refetchInterval: 30_000,
  });
  const periods = (
    <div className={css.periods} role="group" aria-label={words.analytics.period}>
      {PERIODS.map((period) => (
        <button key={period} type="button" className={css.period} aria-pressed={period === days} onClick={() => setDays(period)}>
          {words.analytics.days(period)}
        </button>
      ))}
    </div>
  );
  return (
    <Page title={words.analytics.title} actions={periods}>
      {isError && data === undefined ? (
        <Empty icon={CloudOff} title={words.analytics.failed} action={<Button onClick={() => void refetch()}>{words.retry}</Button>} />
      ) : (
        <>
          <Tiles data={data} />
          <Agents data={data} />
        </>
      )}
    </Page>
  );
}

function Tiles({ data }: { readonly data: FiguresAnswer | undefined }) {
  const words = useWords().analytics;
  const format = useFormat();
  const team = data?.team;
  const taken = team?.takeovers;
  const time = team?.response_time;
  const count = (value: number | undefined) => format.count(value ?? 0);
  const tiles = [
    { title: words.takeovers, value: count(taken?.total), text: words.takeoversText(count(taken?.by_agent), count(taken?.by_ai_request), count(taken?.by_user_request)) },
    {
      title: words.response,
      value: format.duration(time?.mean_seconds, words.noValue),
      text: words.responseText(format.duration(time?.median_seconds, words.noValue), format.duration(time?.p90_seconds, words.noValue), count(time?.n)),
    },
    {
      title: words.perAgent,
      value: data?.conversations_per_agent === undefined ? words.noValue : format.decimal(data.conversations_per_agent),
      text: words.perAgentText(count(team?.conversations), count(team?.conversations_with_message)),
    },
    { title: words.transfers, value: count(team?.transfers_in), text: words.transfersText },
  ];
  return (
    <div className={css.tiles} aria-busy={data === undefined}>
      {tiles.map((tile) => (
        <section key={tile.title} className={`${css.card ?? ""} ${css.tile ?? ""}`}>
          <h2>{tile.title}</h2>
          <strong>{data === undefined ? "…" : tile.value}</strong>
          <p>{data === undefined ? "" : tile.text}</p>
        </section>
      ))}
    </div>
  );
}

function Agents({ data }: { readonly data: FiguresAnswer | undefined }) {
  const words = useWords().analytics;
  const format = useFormat();
  const supervises = useMe().account.role !== "agent";
  const agents = data?.agents ?? [];
  const number = (value: number | undefined) => <td className={css.number}>{format.count(value ?? 0)}</td>;
  const time = (value: number | undefined) => <td className={css.number}>{format.duration(value, words.noValue)}</td>;
  return (
    <section className={`${css.card ?? ""} ${css.sheet ?? ""}`}>
      <h2>{supervises ? words.agents : words.yours}</h2>
      {data !== undefined && agents.length === 0 ? (
        <p className={css.note}>{words.none}</p>
      ) : (
        <table className={css.table}>
          <thead>
            <tr>
              <th scope="col">{words.agent}</th>
              {[words.takeovers, words.mean, words.median, words.p90, words.conversations, words.in, words.out].map((head) => (
                <th key={head} scope="col" className={css.number}>
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {agents.map(({ agent_id, agent_name, figures }) => (
              <tr key={agent_id}>
                <td>{agent_name}</td>
                {number(figures?.takeovers?.total)}
                {time(figures?.response_time?.mean_seconds)}
                {time(figures?.response_time?.median_seconds)}
                {time(figures?.response_time?.p90_seconds)}
                {number(figures?.conversations)}
                {number(figures?.transfers_in)}
                {number(figures?.transfers_out)}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {data?.definition_version !== undefined && <p className={css.note}>{words.definition(data.definition_version)}</p>}
    </section>
  );
}
