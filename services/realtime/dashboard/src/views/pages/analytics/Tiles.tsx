/** The four figures that are looked at first: each with its definition, its change, and its rows. */
import type { ReactNode } from "react";
import type { FiguresAnswer, LiveFigures } from "../../../gateway/figures";
import { changeOf, type RowsKey } from "../../../state/analytics";
import { useFormat, useWords } from "../../context";
import css from "./Analytics.module.css";
import { Defined } from "./Defined";

const PERCENT = 100;

export function Tiles({ data, live, onOpen }: { readonly data: FiguresAnswer; readonly live: LiveFigures | undefined; readonly onOpen: (rows: RowsKey) => void }) {
  const words = useWords().analytics;
  const format = useFormat();
  const count = (value: number | undefined) => format.count(value ?? 0);
  const time = (value: number | undefined) => format.duration(value, words.noValue);
  const { team, before } = data;
  const [taken, response] = [team?.takeovers, team?.response_time];
  return (
    <div className={css.tiles}>
      <Tile figure="takeovers" value={count(taken?.total)} onOpen={onOpen} change={<Change now={taken?.total} before={before?.takeovers?.total} />}>
        {words.takeoversText(count(taken?.by_agent), count(taken?.by_ai_request), count(taken?.by_user_request), count(taken?.returned))}
      </Tile>
      <Tile figure="response_time" value={time(response?.mean_seconds)} onOpen={onOpen} change={<Change now={response?.mean_seconds} before={before?.response_time?.mean_seconds} />}>
        {words.responseText(time(response?.median_seconds), time(response?.p90_seconds), count(response?.n))}
      </Tile>
      <Tile
        figure="conversations"
        value={data.conversations_per_agent === undefined ? words.noValue : format.decimal(data.conversations_per_agent)}
        onOpen={onOpen}
        change={<Change now={data.conversations_per_agent} before={data.conversations_per_agent_before} />}
      >
        {words.perAgentText(count(data.agents_with_conversations), count(data.most_conversations), count(data.fewest_conversations))}
      </Tile>
      <Tile
        figure="waiting"
        value={live === undefined ? words.noValue : count(live.waiting)}
        onOpen={onOpen}
        change={live?.longest_waiting_seconds === undefined ? <span>{words.nobodyWaits}</span> : <span className={css.waits}>{words.longest(time(live.longest_waiting_seconds))}</span>}
      >
        {words.nowText(count(live?.held_by_ai), count(live?.held_by_human), count(live?.agents?.available))}
      </Tile>
    </div>
  );
}

interface TileProps {
  readonly figure: "takeovers" | "response_time" | "conversations" | "waiting";
  readonly value: string;
  readonly change: ReactNode;
  readonly onOpen: (rows: RowsKey) => void;
  readonly children: ReactNode;
}

function Tile({ figure, value, change, onOpen, children }: TileProps) {
  const words = useWords().analytics;
  const title = words.tiles[figure];
  return (
    <section className={css.tile} data-figure={figure}>
      <div className={css.tileHead}>
        <h2>{title}</h2>
        <Defined figure={title} text={words.defs[figure]} />
      </div>
      <strong>{value}</strong>
      <p className={css.change}>{change}</p>
      <p>{children}</p>
      <button type="button" className={css.open} onClick={() => onOpen(figure)} aria-label={words.openOf(title)}>
        {words.open}
      </button>
    </section>
  );
}

/** Neither good nor bad: in the colour of all text. */
function Change({ now, before }: { readonly now: number | undefined; readonly before: number | undefined }) {
  const words = useWords().analytics;
  const format = useFormat();
  const change = changeOf(now, before);
  if (change === undefined) return <span>{words.nothingBefore}</span>;
  const share = format.count(Math.round(Math.abs(change) * PERCENT));
  const said = Math.round(change * PERCENT) === 0 ? words.same : change > 0 ? words.more(share) : words.less(share);
  return (
    <span>
      {said} {words.thanBefore}
    </span>
  );
}
