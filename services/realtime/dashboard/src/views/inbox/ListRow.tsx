/** One row: a link to the conversation, with its actions beside it. */
import { ArrowRightLeft, Eye, Hand, Unplug } from "lucide-react";
import { memo, type MouseEvent, type Ref, useRef, useState } from "react";
import { indicatorOf, type Rights, rightsOf, statusOf } from "../../state/control";
import { markedWords } from "../../state/marking";
import { nameOf } from "../../state/notices";
import { conversationPath } from "../../state/route";
import type { Row } from "../../gateway/contract";
import { TakeFromDialog } from "../chat/dialogs";
import type { QuickTransferProps } from "../chat/QuickTransfer";
import { navigate, useApp, useAppState, useAtNow, useFormat, useMe, useRow, useWords } from "../context";
import { cx } from "../cx";
import { fetched } from "../fetched";
import { Avatar } from "../parts/Avatar";
import { Age, Badge, Countdown, WaitingBadge } from "../parts/Badge";
import { Button } from "../parts/Button";
import { Marked } from "../parts/Marked";
import { useConnected, useLeftWaiting, useReturnsAt } from "../reach";
import css from "./ListRow.module.css";

export const loadTransfer = async () => (await import("../chat/QuickTransfer")).QuickTransfer;
/** A menu with all that it needs, in every row that passes by, would cost more than the rest of the row: it is there once it is asked for. */
const QuickTransfer = fetched<QuickTransferProps>(loadTransfer);

interface Props {
  readonly id: string;
  readonly index: number;
  readonly offset: number;
  /** How many rows the list has, also those that are not loaded. */
  readonly size: number;
  readonly selected: boolean;
  readonly tabbable: boolean;
  readonly query: string;
  /** What was searched for, to be marked. */
  readonly search: string;
  readonly ref: Ref<HTMLLIElement>;
}

/** Drawn again only when something of its own changed: one of ten thousand does, many times a second. */
export const ListRow = memo(function ListRow({ id, index, offset, size, selected, tabbable, query, search, ref }: Props) {
  const row = useRow(id);
  const busy = useAppState((state) => state.taking.has(id));
  return (
    <li
      ref={ref}
      data-index={index}
      aria-posinset={index + 1}
      aria-setsize={size}
      className={cx(css.row, selected && css.selected, (row?.unread ?? 0) > 0 && css.unread, (row?.control.holder === "queue" || busy) && css.acting)}
      style={{ transform: `translateY(${offset}px)` }}
    >
      {row !== undefined && <Line row={row} busy={busy} selected={selected} tabbable={tabbable} query={query} search={search} />}
    </li>
  );
});

type LineProps = Pick<Props, "selected" | "tabbable" | "query" | "search"> & { readonly row: Row; /** Its takeover is under way. */ readonly busy: boolean };

/** What stands in a row: not drawn again when the row only moves. */
const Line = memo(function Line({ row, busy, selected, tabbable, query, search }: LineProps) {
  const app = useApp();
  const words = useWords();
  const format = useFormat();
  const me = useMe().account;
  const id = row.conversation_id;
  const connected = useConnected(row);
  const name = nameOf(row);
  const email = row.user?.email;
  const userId = row.user?.id ?? "";
  const holder = row.control.agent?.display_name;
  const lastAt = row.last_message?.at ?? row.started_at ?? row.control.since;
  const lastTime = useAtNow((now) => format.short(lastAt, now));
  const rights = rightsOf(row.control, me, row.transferred_from_id);
  const startTime = useAtNow((now) => row.started_at && format.short(row.started_at, now));
  const meta = [row.ai_agent?.name, startTime && words.list.started(startTime)].filter(Boolean).join(" · ");

  function open(event: MouseEvent): void {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    app.reading.prepare(id);
    navigate(conversationPath(id, query));
  }

  return (
    <>
      <Avatar name={name} tone="user" />
      <a className={css.link} href={conversationPath(id, query)} onPointerDown={() => app.reading.prepare(id)} onClick={open} data-row={id} tabIndex={tabbable ? 0 : -1} aria-current={selected ? "true" : undefined}>
        <span className={css.top}>
          <span className={css.name}>
            <Marked parts={markedWords(name, search)} />
          </span>
          {email !== undefined && email !== "" && email !== name ? (
            <span className={css.email}>
              <Marked parts={markedWords(email, search)} />
            </span>
          ) : (
            // Found by the id alone: then it is what must be seen.
            search !== "" && userId !== name && markedWords(userId, search).some(({ found }) => found) && (
              <span className={css.email}>
                <Marked parts={markedWords(userId, search)} />
              </span>
            )
          )}
          <time className={css.time} dateTime={lastAt} title={format.exact(lastAt)}>
            {lastTime}
          </time>
        </span>
        <span className={css.middle}>
          <Preview row={row} meId={me.id} myName={me.display_name} />
          <Looking id={id} meId={me.id} />
          {(row.unread ?? 0) > 0 && (
            <span className={css.count}>
              <span aria-hidden>{row.unread}</span>
              <span className="visually-hidden">{words.list.unread(row.unread ?? 0)}</span>
            </span>
          )}
        </span>
        <span className={css.state}>
          <Badge status={statusOf(row.control, me.id)} name={holder} />
          {row.control.holder === "queue" && row.control.ai_may_speak && <Badge status="ai" />}
          <IndicatorWords row={row} crowded={row.control.holder === "queue" && row.control.ai_may_speak} />
        </span>
        <Reasons row={row} />
        <span className={cx(css.meta, rights.takeOver === "no" && css.alone)}>
          {connected === false && row.control.holder !== "closed" && (
            <span className={css.unplugged} title={words.desk.platform.short}>
              <Unplug size={12} aria-hidden />
              <span className="visually-hidden">{words.desk.platform.short}</span>
            </span>
          )}
          {meta}
        </span>
      </a>
      <RowActions row={row} rights={rights} busy={busy} />
    </>
  );
});

/** Why it needs a human, or soon may, in words. */
function Reasons({ row }: { readonly row: Row }) {
  const { reasons } = useWords().desk;
  const said = (row.attention?.reasons ?? []).filter((reason) => reason !== "unanswered").map((reason) => reasons[reason] ?? reason);
  return said.length === 0 ? null : <span className={css.reasons}>{said.join(" · ")}</span>;
}

/** Colleagues who have it open now. */
function Looking({ id, meId }: { readonly id: string; readonly meId: string }) {
  const words = useWords().desk;
  const viewing = useAppState((state) => state.fleeting[id]?.viewing);
  const names = Object.entries(viewing ?? {}).flatMap(([agentId, person]) => (agentId === meId ? [] : [person.name]));
  if (names.length === 0) return null;
  const text = words.looking(names.join(", "));
  return (
    <span className={css.looking} title={text}>
      <Eye size={13} aria-hidden />
      <span className="visually-hidden">{text}</span>
    </span>
  );
}

function Preview({ row, meId, myName }: { readonly row: Row; readonly meId: string; readonly myName: string }) {
  const words = useWords();
  const typing = useAppState((state) => state.fleeting[row.conversation_id]);
  const colleague = Object.entries(typing?.typing ?? {}).find(([agentId]) => agentId !== meId)?.[1];
  if (typing?.userTyping !== undefined) return <span className={cx(css.preview, css.typing)}>{words.list.userTyping}</span>;
  if (colleague !== undefined) return <span className={cx(css.preview, css.typing)}>{words.list.typing(colleague.name)}</span>;
  const last = row.last_message;
  if (last === undefined) return <span className={css.preview}>{words.list.noMessage}</span>;
  const author = last.author === "human" ? (last.author_name === myName ? words.list.you : last.author_name) : last.author === "ai" ? words.chat.ai : undefined;
  return (
    <span className={css.preview}>
      {author !== undefined && <span className={css.author}>{author}: </span>}
      {last.preview}
    </span>
  );
}

function IndicatorWords({ row, crowded }: { readonly row: Row; readonly crowded: boolean }) {
  const words = useWords();
  const indicator = indicatorOf(row);
  // Only of those that a human holds is more to be asked; of ten thousand they are a few.
  if (row.control.holder === "human") return <HeldWords row={row} />;
  switch (indicator.kind) {
    case "waiting":
      return <WaitingBadge since={indicator.since} size={crowded ? "tiny" : "short"} />;
    case "queued":
      return (
        <span className={css.indicator}>
          <Age since={indicator.since} {...(crowded ? {} : { words: words.indicator.queued })} />
        </span>
      );
    case "ai_handling":
    case "human_handling":
      return <span className={css.indicator}>{words.indicator[indicator.kind]}</span>;
    case "ended":
      return <span className={css.indicator}>{row.control.close_reason ? words.closeReason[row.control.close_reason] : words.indicator.ended}</span>;
  }
}

/** Whether the user waits, and whether the conversation goes back because its holder is not there. */
function HeldWords({ row }: { readonly row: Row }) {
  const words = useWords();
  const me = useMe().account.id;
  const indicator = indicatorOf(row);
  const returns = useReturnsAt(row);
  const loud = useLeftWaiting(row);
  if (returns !== undefined) return <Countdown className={css.indicator} to={returns} words={words.desk.away.short} />;
  // Beside a colleague's name there is room for the time alone.
  if (indicator.kind === "waiting") return <WaitingBadge since={indicator.since} size={row.control.agent?.id === me || loud ? "short" : "tiny"} loud={loud} />;
  return <span className={css.indicator}>{words.indicator.human_handling}</span>;
}

function RowActions({ row, rights, busy }: Pick<LineProps, "row" | "busy"> & { readonly rights: Rights }) {
  const app = useApp();
  const words = useWords();
  const id = row.conversation_id;
  const [asking, setAsking] = useState(false);
  const [transfer, setTransfer] = useState<Pick<QuickTransferProps, "openedBy"> & { readonly open: boolean }>();
  const actions = useRef<HTMLDivElement>(null);

  async function take(): Promise<void> {
    await app.acting.takeOver(id);
    // The button that was pressed is gone: the focus stays in its row, unless it has been moved on.
    if (document.activeElement === document.body) actions.current?.closest("li")?.querySelector<HTMLElement>("[data-row]")?.focus();
  }

  return (
    <div ref={actions} className={cx(css.actions, transfer?.open === true && css.open)}>
      {rights.transfer &&
        (transfer === undefined ? (
          <button type="button" className={css.transfer} aria-haspopup="menu" aria-label={`${words.handover.transfer} ${nameOf(row)}`} title={words.handover.transfer} onClick={(event) => setTransfer({ openedBy: event.detail === 0 ? "keys" : "pointer", open: true })}>
            <ArrowRightLeft size={15} aria-hidden />
          </button>
        ) : (
          <QuickTransfer row={row} className={css.transfer} openedBy={transfer.openedBy} onOpen={(open) => setTransfer({ ...transfer, open })} />
        ))}
      {rights.takeOver !== "no" && (
        <Button kind={row.control.holder === "queue" ? "soft" : "plain"} small icon={<Hand size={14} aria-hidden />} busy={busy} onClick={() => (rights.takeOver === "reason" ? setAsking(true) : void take())} aria-label={`${words.take.button}: ${nameOf(row)}`}>
          {busy ? words.take.busy : words.take.button}
        </Button>
      )}
      {asking && <TakeFromDialog row={row} onClose={() => setAsking(false)} />}
    </div>
  );
}
