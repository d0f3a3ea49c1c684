/** The head of a conversation: with whom, who handles it, who else looks, and the one thing to do. */
import { ArrowLeft, ArrowRightLeft, EllipsisVertical, Eye, Hand, PanelRight, Search } from "lucide-react";
import { memo, useCallback, useRef, useState } from "react";
import type { Row } from "../../gateway/contract";
import { indicatorOf, rightsOf, statusOf } from "../../state/control";
import { nameOf } from "../../state/notices";
import { useApp, useAppState, useAtNow, useFormat, useMe, useMedia, useWords } from "../context";
import { Avatar } from "../parts/Avatar";
import { Badge, WaitingBadge } from "../parts/Badge";
import { Button, IconButton } from "../parts/Button";
import { useLeftWaiting } from "../reach";
import css from "./ChatHead.module.css";
import { CloseDialog, HandoverDialog, TakeFromDialog } from "./dialogs";
import { fetched } from "../fetched";
import { focusComposer } from "./focus";
import type { HeadMenuProps } from "./HeadMenu";

const HeadMenu = fetched<HeadMenuProps>(
  async () => (await import("./HeadMenu")).HeadMenu,
  <span className={css.more}>
    <EllipsisVertical size={18} aria-hidden />
  </span>,
);

interface Props {
  readonly id: string;
  readonly row: Row | undefined;
  readonly narrow: boolean;
  readonly onBack: () => void;
  readonly onFind: () => void;
  /** Absent where the details are beside the chat anyway. */
  readonly onDetails?: (() => void) | undefined;
}

/** Drawn again when the row changes, not with every page and mark of the log. */
export const ChatHead = memo(function ChatHead({ id, row, narrow, onBack, onFind, onDetails }: Props) {
  const words = useWords();
  // Below it there is no place beside the name: what is done more seldom is in the menu.
  const crowded = useMedia("(max-width: 1023px)");
  return (
    <header className={css.head}>
      {narrow && (
        <IconButton label={words.back} onClick={onBack} className={css.back}>
          <ArrowLeft size={20} aria-hidden />
        </IconButton>
      )}
      {row !== undefined && <Who row={row} heading={narrow ? "h1" : "h2"} viewers={crowded} />}
      {row !== undefined && !crowded && <Viewers id={id} />}
      {row !== undefined && <Actions key={id} id={id} row={row} onFind={onFind} onDetails={crowded ? onDetails : undefined} />}
      {row !== undefined && !crowded && (
        <IconButton label={words.desk.find.open} onClick={onFind}>
          <Search size={18} aria-hidden />
        </IconButton>
      )}
      {onDetails && !crowded && (
        <IconButton label={words.chat.details} onClick={onDetails}>
          <PanelRight size={18} aria-hidden />
        </IconButton>
      )}
    </header>
  );
});

function Waiting({ row, since, crowded }: { readonly row: Row; readonly since: string; readonly crowded: boolean }) {
  const loud = useLeftWaiting(row);
  return <WaitingBadge since={since} size={crowded && loud ? "tiny" : "short"} loud={loud} />;
}

interface WhoProps {
  readonly row: Row;
  /** Alone on a narrow screen, it is the page's own. */
  readonly heading: "h1" | "h2";
  /** Who else looks is told here, as a number: there is no place for faces. */
  readonly viewers: boolean;
}

function Who({ row, heading: Heading, viewers }: WhoProps) {
  const words = useWords();
  const format = useFormat();
  const started = useAtNow((now) => row.started_at && words.chat.started(format.short(row.started_at, now)));
  const me = useMe().account;
  const name = nameOf(row);
  const indicator = indicatorOf(row);
  const meta = [row.ai_agent?.name, started, row.user?.id !== name && row.user?.id].filter(Boolean).join(" · ");
  return (
    <>
      <span className={css.avatar}>
        <Avatar name={name} tone="user" />
      </span>
      <div className={css.who}>
        <Heading className={css.name}>{name}</Heading>
        <div className={css.sub}>
          <Badge status={statusOf(row.control, me.id)} name={row.control.agent?.display_name} />
          {row.control.holder === "queue" && row.control.ai_may_speak && <Badge status="ai" />}
          {indicator.kind === "waiting" && <Waiting row={row} since={indicator.since} crowded={viewers} />}
          {row.user_left === true ? (
            <span className={css.indicator}>{words.indicator.userLeft}</span>
          ) : (
            (indicator.kind === "ai_handling" || indicator.kind === "human_handling") && <span className={css.indicator}>{words.indicator[indicator.kind]}</span>
          )}
          <span className={css.meta}>{meta}</span>
          {viewers && <Viewers id={row.conversation_id} counted />}
        </div>
      </div>
    </>
  );
}

function Viewers({ id, counted = false }: { readonly id: string; readonly counted?: boolean }) {
  const words = useWords();
  const me = useMe().account;
  const viewing = useAppState((state) => state.fleeting[id]?.viewing);
  const others = Object.entries(viewing ?? {}).filter(([agentId]) => agentId !== me.id);
  if (others.length === 0) return null;
  const names = others.map(([, person]) => person.name).join(", ");
  return (
    <span className={css.viewers} title={words.chat.viewing(names)}>
      <Eye size={16} aria-hidden />
      {counted ? <span aria-hidden>{others.length}</span> : others.slice(0, 3).map(([agentId, person]) => <Avatar key={agentId} name={person.name} small />)}
      <span className="visually-hidden">{words.chat.viewing(names)}</span>
    </span>
  );
}

function Actions({ id, row, onFind, onDetails }: { readonly id: string; readonly row: Row; readonly onFind: () => void; readonly onDetails: (() => void) | undefined }) {
  const app = useApp();
  const words = useWords();
  const me = useMe().account;
  const busy = useAppState((state) => state.taking.has(id));
  const [open, setOpen] = useState<"handover" | "close" | "take">();
  const takeButton = useRef<HTMLButtonElement>(null);
  const rights = rightsOf(row.control, me, row.transferred_from_id);
  const close = () => setOpen(undefined);
  const onHandover = useCallback(() => setOpen("handover"), []);
  const onClose = useCallback(() => setOpen("close"), []);

  async function take(): Promise<void> {
    const button = takeButton.current;
    const ended = await app.acting.takeOver(id);
    if (ended.ok) focusComposer(button);
  }

  return (
    <div className={css.actions}>
      {rights.takeOver !== "no" && (
        <Button ref={takeButton} kind={rights.takeOver === "yes" ? "primary" : "plain"} busy={busy} icon={<Hand size={17} aria-hidden />} onClick={() => (rights.takeOver === "reason" ? setOpen("take") : void take())}>
          {busy ? words.take.busy : words.take.button}
        </Button>
      )}
      {rights.write && (
        <Button icon={<ArrowRightLeft size={17} aria-hidden />} onClick={() => setOpen("handover")}>
          {words.handover.button}
        </Button>
      )}
      <HeadMenu
        id={id}
        name={nameOf(row)}
        onHandover={!rights.write && rights.transfer ? onHandover : undefined}
        onClose={rights.close ? onClose : undefined}
        onFind={onFind}
        onDetails={onDetails}
      />
      {open === "handover" && <HandoverDialog row={row} onClose={close} />}
      {open === "close" && <CloseDialog row={row} onClose={close} />}
      {open === "take" && <TakeFromDialog row={row} onClose={close} />}
    </div>
  );
}
