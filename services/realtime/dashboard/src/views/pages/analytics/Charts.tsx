/** How figures went, by hour, day, week or month; each chart with an equal table. */
import type { FiguresAnswer, Point } from "../../../gateway/figures";
import { useFormat, useWords } from "../../context";
import { fetched } from "../../fetched";
import css from "./Analytics.module.css";
import type { PlotProps } from "./Plot";
import { usePointName } from "./usePointName";

const Plot = fetched<PlotProps>(async () => (await import("./Plot")).Plot, <div className={css.plot} />);

type Step = "hour" | "day" | "week" | "month";

export function Charts({ data, zone, step }: { readonly data: FiguresAnswer; readonly zone: string; readonly step: Step }) {
  const words = useWords().analytics.charts;
  const points = data.series ?? [];
  return (
    <div className={css.charts}>
      <Chart
        title={`${words.takeovers} ${words.by[step]}`}
        note={words.takeoversNote}
        kind="count"
        points={points}
        zone={zone}
        step={step}
        series={[
          { name: words.agent, colour: "--accent", of: (point) => point.takeovers?.by_agent ?? 0 },
          { name: words.ai_request, colour: "--st-ai", of: (point) => point.takeovers?.by_ai_request ?? 0 },
          { name: words.user_request, colour: "--st-you", of: (point) => point.takeovers?.by_user_request ?? 0 },
          { name: words.returned, colour: "--st-wait", of: (point) => point.takeovers?.returned ?? 0 },
        ]}
      />
      <Chart
        title={`${words.response} ${words.by[step]}`}
        note={words.responseNote}
        kind="duration"
        points={points}
        zone={zone}
        step={step}
        series={[
          { name: words.mean, colour: "--accent", of: (point) => point.response_time?.mean_seconds },
          { name: words.median, colour: "--st-wait", of: (point) => point.response_time?.median_seconds },
        ]}
        more={{ name: words.n, of: (point) => point.response_time?.n ?? 0 }}
      />
      <Chart
        title={`${words.cases} ${words.by[step]}`}
        note={words.casesNote}
        kind="count"
        points={points}
        zone={zone}
        step={step}
        series={[
          { name: words.untouched, colour: "--st-ai", of: (point) => point.untouched_cases ?? 0 },
          { name: words.touched, colour: "--accent", of: (point) => (point.cases ?? 0) - (point.untouched_cases ?? 0) },
        ]}
      />
    </div>
  );
}

interface ChartSeries {
  readonly name: string;
  readonly colour: string;
  readonly of: (point: Point) => number | undefined;
}

interface ChartProps {
  readonly title: string;
  readonly note: string;
  /** Counts are stacked bars, durations lines with a point each. */
  readonly kind: "count" | "duration";
  readonly points: readonly Point[];
  readonly zone: string;
  readonly step: Step;
  readonly series: readonly ChartSeries[];
  /** A column of the table that the chart does not draw. */
  readonly more?: { readonly name: string; readonly of: (point: Point) => number };
}

function Chart({ title, note, kind, points, zone, step, series, more }: ChartProps) {
  const words = useWords().analytics;
  const format = useFormat();
  const name = usePointName(zone, step);
  const value = (number: number | undefined) => (kind === "duration" ? format.duration(number, words.noValue) : format.count(number ?? 0));
  return (
    <section className={css.card}>
      <h2>{title}</h2>
      <ul className={css.legend}>
        {series.map((one) => (
          <li key={one.name}>
            <i style={{ background: `var(${one.colour})` }} aria-hidden /> {one.name}
          </li>
        ))}
      </ul>
      <Plot
        label={words.charts.summary(title, format.count(points.length))}
        kind={kind}
        names={points.map((point) => name.short(point.from))}
        longNames={points.map((point) => name.long(point.from))}
        series={series.map((one) => ({ name: one.name, colour: one.colour, values: points.map((point) => one.of(point) ?? null) }))}
      />
      <p className={css.note}>{note}</p>
      <details className={css.details}>
        <summary>{words.charts.table}</summary>
        {/* A table that scrolls takes the keyboard. */}
        <div className={css.scroll} tabIndex={0} role="region" aria-label={title}>
          <table className={css.table}>
            <thead>
              <tr>
                <th scope="col">{words.charts.time}</th>
                {[...series, ...(more === undefined ? [] : [more])].map((one) => (
                  <th key={one.name} scope="col" className={css.number}>
                    {one.name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {points.map((point) => (
                <tr key={point.from}>
                  <th scope="row">{name.long(point.from)}</th>
                  {series.map((one) => (
                    <td key={one.name} className={css.number}>
                      {value(one.of(point))}
                    </td>
                  ))}
                  {more !== undefined && <td className={css.number}>{format.count(more.of(point))}</td>}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </section>
  );
}
