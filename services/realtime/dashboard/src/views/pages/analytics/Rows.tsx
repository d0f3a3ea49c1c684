/** The rows behind a figure, the newest first; each leads to its conversation, at that event. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { type MouseEvent } from "react";
import { csvAddress, type Fact } from "../../../gateway/figures";
import { factsQuery, type RowsKey, type View } from "../../../state/analytics";
import { conversationPath } from "../../../state/route";
import { navigate, useApp, useFormat, useMe, useWords } from "../../context";
import { Button, IconButton } from "../../parts/Button";
import { Drawer } from "../../parts/Drawer";
import css from "./Analytics.module.css";
import { CsvLink } from "./CsvLink";
import { causeWord } from "./causeWord";
import { usePointName } from "./usePointName";

const LIVE_MS = 3_000;
const STANDING: ReadonlySet<RowsKey> = new Set(["waiting", "holding"]);
const SEQ_SHOWN = 8;

interface Props {
  readonly view: View;
  readonly figure: RowsKey;
  readonly zone: string;
  readonly onOpen: (rows: RowsKey) => void;
  readonly onClose: () => void;
}

export function Rows({ view, figure, zone, onOpen, onClose }: Props) {
  const { api, clock } = useApp().ports;
  const { analytics: words, close } = useWords();
  const supervises = useMe().account.role !== "agent";
  const { period, from, to, agent, aiAgent } = view;
  const { data, isError, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: ["facts", figure, { period, from, to, zone, agent, aiAgent }],
    queryFn: ({ pageParam, signal }) => api.analytics.facts({ ...factsQuery(view, figure, zone, clock.now()), page_token: pageParam }, signal),
    initialPageParam: "",
    getNextPageParam: (last) => (last.next_page_token === "" ? undefined : last.next_page_token),
    refetchInterval: STANDING.has(figure) ? LIVE_MS : false,
  });
  const rows = data?.pages.flatMap((page) => page.facts ?? []) ?? [];
  const other = figure === "conversations" ? "holding" : figure === "holding" ? "conversations" : undefined;
  return (
    <Drawer label={words.rows[figure]} onClose={onClose}>
      <div className={css.rows}>
        <header>
          <h2>{words.rows[figure]}</h2>
          <CsvLink href={csvAddress("facts", factsQuery(view, figure, zone, clock.now()))} label={words.csvOfRows} />
          <IconButton label={close} onClick={onClose}>
            <X size={18} aria-hidden />
          </IconButton>
        </header>
        {!supervises && figure !== "waiting" && <p className={css.note}>{words.rowsOwn}</p>}
        {other !== undefined && (
          <button type="button" className={css.link} onClick={() => onOpen(other)}>
            {other === "holding" ? words.alsoHolding : words.alsoEnded}
          </button>
        )}
        {isError ? (
          <p className={css.note} role="alert">
            {words.rowsFailed} <Button small onClick={() => void refetch()}>{words.open}</Button>
          </p>
        ) : data !== undefined && rows.length === 0 ? (
          <p className={css.note}>{words.rowsNone}</p>
        ) : (
          <ol className={css.facts} aria-busy={data === undefined}>
            {rows.map((fact) => (
              <Row key={`${fact.conversation_id}/${fact.seq}/${fact.kind}/${fact.agent_id ?? ""}`} fact={fact} zone={zone} business={view.business} />
            ))}
          </ol>
        )}
        {hasNextPage && (
          <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {words.rowsMore}
          </Button>
        )}
      </div>
    </Drawer>
  );
}

function Row({ fact, zone, business }: { readonly fact: Fact; readonly zone: string; readonly business: boolean }) {
  const words = useWords().analytics;
  const format = useFormat();
  const name = usePointName(zone, "hour");
  const path = conversationPath(fact.conversation_id, `#${fact.seq}`);
  function go(event: MouseEvent): void {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    navigate(path);
  }
  const seconds = business ? (fact.business_seconds ?? fact.seconds) : fact.seconds;
  const parts = [fact.agent_name, causeWord(words, fact.cause)].filter(Boolean);
  return (
    <li>
      <a href={path} onClick={go}>
        <time dateTime={fact.at}>{name.long(fact.at)}</time>
        {seconds !== undefined && <b>{format.duration(seconds, words.noValue)}</b>}
        <span>{parts.join(" · ")}</span>
        <small>
          {fact.conversation_id.slice(0, SEQ_SHOWN)} · {words.goTo(format.count(fact.seq))}
        </small>
      </a>
    </li>
  );
}
