/** Draws a chart. What it shows is in the table below it too: it is a picture, with what is under the pointer in words. */
import { useEffect, useMemo, useRef, useState } from "react";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useFormat, useMedia, useSurroundings, useWords } from "../../context";
import css from "./Analytics.module.css";

export interface PlotProps {
  readonly label: string;
  readonly kind: "count" | "duration";
  readonly names: readonly string[];
  readonly longNames: readonly string[];
  readonly series: readonly { readonly name: string; readonly colour: string; readonly values: readonly (number | null)[] }[];
}

const HEIGHT = 220;
const AXIS = 64;
const BAR = { share: 0.68, most: 48, radius: 0.12 };
const EVERY = [1, 2, 3, 4, 6, 7, 10, 14, 20, 30, 60, 120, 200];

/** Counts lie on one another: what is drawn is the sum so far, the tallest first. */
function drawn({ kind, series, names }: PlotProps): UPlot.AlignedData {
  const x = names.map((_, index) => index);
  if (kind === "duration") return [x, ...series.map((one) => [...one.values])];
  const sums: number[][] = [];
  for (const one of series) {
    const below = sums.at(-1);
    sums.push(one.values.map((value, index) => (value ?? 0) + (below?.[index] ?? 0)));
  }
  return [x, ...sums.toReversed()];
}

/** A token's colour as the canvas takes it. */
function resolve(host: HTMLElement, token: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${token})`;
  host.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

export function Plot(props: PlotProps) {
  const { label, kind, names, series } = props;
  const format = useFormat();
  const words = useWords().analytics;
  const { preferences } = useSurroundings();
  const dark = useMedia("(prefers-color-scheme: dark)");
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(undefined);
  const latest = useRef(props);
  const [at, setAt] = useState<number>();
  const looks = `${preferences.theme} ${String(dark)} ${format.language} ${kind} ${series.map((one) => one.colour).join()}`;
  const data = useMemo(() => drawn({ label, kind, names, longNames: names, series }), [label, kind, names, series]);

  useEffect(() => {
    latest.current = props;
  });
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const made = new UPlot(options(element, latest, format, words.noValue, setAt), drawn(latest.current), element);
    plot.current = made;
    const watching = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    watching.observe(element);
    return () => {
      watching.disconnect();
      made.destroy();
      plot.current = undefined;
    };
    // Everything else it draws is read anew with each drawing.
  }, [looks, format, words.noValue]);
  useEffect(() => plot.current?.setData(data), [data]);

  const value = (number: number | null | undefined) => (kind === "duration" ? format.duration(number ?? undefined, words.noValue) : format.count(number ?? 0));
  const under = at !== undefined && at < names.length ? `${props.longNames[at] ?? ""}: ${series.map((one) => `${one.name} ${value(one.values[at])}`).join(" · ")}` : "";
  return (
    <figure className={css.figure}>
      <div className={css.plot} ref={host} role="img" aria-label={label} />
      <figcaption className={css.under} aria-hidden>
        {under}
      </figcaption>
    </figure>
  );
}

function options(host: HTMLElement, latest: { readonly current: PlotProps }, format: ReturnType<typeof useFormat>, none: string, onPoint: (index: number | undefined) => void): UPlot.Options {
  const { kind, series } = latest.current;
  const [ink, line] = [resolve(host, "--ink-3"), resolve(host, "--line")];
  const font = `12px ${getComputedStyle(host).fontFamily}`;
  const shapes = series.map((one): UPlot.Series => {
    const colour = resolve(host, one.colour);
    if (kind === "duration") return { stroke: colour, width: 2, spanGaps: true, points: { show: true, size: 6, fill: colour } };
    const paths = UPlot.paths.bars?.({ size: [BAR.share, BAR.most], radius: BAR.radius });
    return { fill: colour, stroke: colour, width: 0, points: { show: false }, ...(paths === undefined ? {} : { paths }) };
  });
  return {
    width: host.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: kind === "duration" } },
    scales: {
      x: { time: false, range: () => [-0.5, Math.max(0.5, latest.current.names.length - 0.5)] },
      y: { range: (_plot, _least, most) => [0, Math.max(1, most * 1.08)] },
    },
    axes: [
      { stroke: ink, font, size: 28, grid: { show: false }, ticks: { show: false }, incrs: EVERY, space: 64, values: (_plot, splits) => splits.map((index) => latest.current.names[index] ?? "") },
      {
        stroke: ink,
        font,
        size: AXIS,
        grid: { stroke: line, width: 1 },
        ticks: { show: false },
        incrs: kind === "duration" ? [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400, 172_800, 604_800] : [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000],
        values: (_plot, splits) => splits.map((split) => (kind === "duration" ? format.duration(split, none) : format.count(split))),
      },
    ],
    series: [{}, ...(kind === "duration" ? shapes : shapes.toReversed())],
    hooks: { setCursor: [(made) => onPoint(made.cursor.idx ?? undefined)] },
  };
}
