/** The team's figures for a period: tiles, charts, agents, all times, and the rows behind each. All that is chosen is in the URL. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ChartNoAxesColumn, CloudOff } from "lucide-react";
import { useCallback, useEffect } from "react";
import { figuresQuery, isEmpty, readView, type View, viewQuery } from "../../state/analytics";
import { ROOT } from "../../state/route";
import { navigate, useApp, useFormat, usePlace, useWords } from "../context";
import { Button } from "../parts/Button";
import { Empty } from "../parts/Empty";
import { Agents } from "./analytics/Agents";
import { AllTimes } from "./analytics/AllTimes";
import { AiPart } from "./analytics/AiPart";
import css from "./analytics/Analytics.module.css";
import { Charts } from "./analytics/Charts";
import { Rows } from "./analytics/Rows";
import { Skeleton } from "./analytics/Skeleton";
import { Tiles } from "./analytics/Tiles";
import { Toolbar } from "./analytics/Toolbar";
import { Page } from "./Page";

const LIVE_MS = 1_500;
const AGAIN_MS = 60_000;
const HALF = 100;

export default function AnalyticsPage() {
  const { api, clock } = useApp().ports;
  const words = useWords();
  const { url } = usePlace();
  const view = readView(url.searchParams);
  const change = useCallback((next: Partial<View>) => {
    const path = `${ROOT}/analytics${viewQuery({ ...readView(new URL(location.href).searchParams), ...next })}`;
    navigate(path, "rows" in next ? "push" : "replace");
  }, []);
  const settings = useQuery({ queryKey: ["workspace-settings"], queryFn: api.settings.get, staleTime: AGAIN_MS, retry: false });
  const workspaceZone = settings.data?.settings.time_zone ?? "";
  const zone = view.zone ?? (workspaceZone === "" ? Intl.DateTimeFormat().resolvedOptions().timeZone : workspaceZone);
  const live = useQuery({ queryKey: ["figures-live"], queryFn: ({ signal }) => api.analytics.live(signal), refetchInterval: LIVE_MS });
  const { period, agent, aiAgent, business, from, to } = view;
  const { data, isError, isPlaceholderData, refetch } = useQuery({
    queryKey: ["figures", { period, from, to, zone, agent, aiAgent, business }],
    queryFn: ({ signal }) => api.analytics.figures(figuresQuery(view, zone, clock.now()), signal),
    refetchInterval: AGAIN_MS,
    placeholderData: keepPreviousData,
    enabled: !settings.isPending,
  });
  const revision = live.data?.revision;
  useEffect(() => {
    // Figures have moved: they are asked for again, and stand as they are until the answer comes.
    if (revision !== undefined) void refetch();
  }, [revision, refetch]);

  return (
    <Page title={words.analytics.title} actions={<Toolbar view={view} zone={zone} workspaceZone={workspaceZone} data={data} onChange={change} />}>
      {isError && data === undefined ? (
        <Empty icon={CloudOff} title={words.analytics.failed} action={<Button onClick={() => void refetch()}>{words.retry}</Button>} />
      ) : data === undefined ? (
        <Skeleton />
      ) : (
        <div className={css.body} aria-busy={isPlaceholderData} data-fading={isPlaceholderData || undefined}>
          {isError && (
            <p className={css.stale} role="status">
              {words.analytics.stale}
            </p>
          )}
          <Tiles data={data} live={live.data} onOpen={(rows) => change({ rows })} />
          {isEmpty(data) ? (
            <Empty icon={ChartNoAxesColumn} title={words.analytics.none} text={words.analytics.noneText} />
          ) : (
            <>
              <Charts data={data} zone={zone} step={figuresStep(view, zone, clock.now())} />
              <Agents data={data} view={view} zone={zone} onChange={change} />
              <AllTimes data={data} onOpen={(rows) => change({ rows })} />
              <AiPart data={data} onOpen={(rows) => change({ rows })} />
            </>
          )}
          <Definition version={data.definition_version ?? 1} error={data.percentile_error ?? 0} zone={zone} />
        </div>
      )}
      {view.rows !== undefined && <Rows key={view.rows} view={view} figure={view.rows} zone={zone} onOpen={(rows) => change({ rows })} onClose={() => change({ rows: undefined })} />}
    </Page>
  );
}

const figuresStep = (view: View, zone: string, now: number) => figuresQuery(view, zone, now).step as "hour" | "day" | "week" | "month";

function Definition({ version, error, zone }: { readonly version: number; readonly error: number; readonly zone: string }) {
  const words = useWords().analytics;
  const format = useFormat();
  return (
    <p className={css.foot}>
      {words.definition(version, format.decimal(Math.ceil(error * HALF)))} {words.in(zone)}
    </p>
  );
}
