/** Every duration that is measured: n, mean, median, p90, and what was left out. */
import type { DurationFigure, FiguresAnswer } from "../../../gateway/figures";
import type { RowsKey } from "../../../state/analytics";
import { useFormat, useWords } from "../../context";
import css from "./Analytics.module.css";
import { Defined } from "./Defined";

interface Line {
  readonly name: string;
  readonly definition: string;
  readonly rows: RowsKey;
  readonly figure: DurationFigure | undefined;
  readonly beside: string;
}

export function AllTimes({ data, onOpen }: { readonly data: FiguresAnswer; readonly onOpen: (rows: RowsKey) => void }) {
  const words = useWords().analytics;
  const format = useFormat();
  const time = (value: number | undefined) => format.duration(value, words.noValue);
  const lines = useLines(data);
  return (
    <section className={css.card}>
      <h2>{words.all}</h2>
      <div className={css.scroll} tabIndex={0} role="region" aria-label={words.all}>
        <table className={css.table}>
          <thead>
            <tr>
              <th scope="col">{words.figure}</th>
              {[words.columns.n, words.columns.mean, words.columns.median, words.columns.p90].map((name) => (
                <th key={name} scope="col" className={css.number}>
                  {name}
                </th>
              ))}
              <th scope="col">{words.leftOut}</th>
              <th scope="col">
                <span className="visually-hidden">{words.open}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <tr key={line.rows}>
                <th scope="row">
                  <span className={css.defined}>
                    {line.name} <Defined figure={line.name} text={line.definition} />
                  </span>
                </th>
                <td className={css.number}>{format.count(line.figure?.n ?? 0)}</td>
                <td className={css.number}>{time(line.figure?.mean_seconds)}</td>
                <td className={css.number}>{time(line.figure?.median_seconds)}</td>
                <td className={css.number}>{time(line.figure?.p90_seconds)}</td>
                <td className={css.beside}>{line.beside}</td>
                <td>
                  <button type="button" className={css.link} onClick={() => onOpen(line.rows)} aria-label={words.openOf(line.name)}>
                    {words.open}
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function useLines({ team }: FiguresAnswer): readonly Line[] {
  const words = useWords().analytics;
  const format = useFormat();
  const count = (value: number | undefined) => format.count(value ?? 0);
  const time = (value: number | undefined) => format.duration(value, words.noValue);
  const [queue, solved] = [team?.queue_wait, team?.resolution];
  const waiting = queue?.longest_seconds === undefined ? count(queue?.still_waiting) : `${count(queue.still_waiting)} ${words.atLeast(time(queue.longest_seconds))}`;
  const split = solved?.ai_mean_seconds === undefined ? "" : `${words.resolutionSplit(time(solved.ai_mean_seconds), time(solved.queue_mean_seconds), time(solved.human_mean_seconds))} · `;
  return [
    { name: words.tiles.response_time, definition: words.defs.response_time, rows: "response_time", figure: team?.response_time, beside: "" },
    { name: words.takeover_first_response, definition: words.defs.takeover_first_response, rows: "takeover_first_response", figure: team?.takeover_first_response, beside: words.noReply(count(team?.no_reply_phases)) },
    { name: words.human_first_response, definition: words.defs.human_first_response, rows: "human_first_response", figure: team?.human_first_response, beside: "" },
    {
      name: words.queue_wait,
      definition: words.defs.queue_wait,
      rows: "queue_wait",
      figure: queue?.duration,
      beside: words.queueLeft(waiting, count(queue?.withdrawn), count(queue?.handed_back), count(queue?.closed)),
    },
    { name: words.handled, definition: words.defs.handled, rows: "conversations", figure: team?.handled, beside: "" },
    {
      name: words.resolution,
      definition: words.defs.resolution,
      rows: "resolution",
      figure: solved?.duration,
      beside: `${split}${words.resolutionLeft(count(solved?.spam), count(solved?.idle), count(solved?.without_user_message))}`,
    },
  ];
}
