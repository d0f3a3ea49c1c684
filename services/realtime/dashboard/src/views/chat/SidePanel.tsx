/** Beside the chat: the user, who held control when, notes for colleagues, the user's other conversations. */
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { memo, type MouseEvent, useMemo } from "react";
import type { LogEvent, Row } from "../../gateway/contract";
import { statusOf } from "../../state/control";
import { controlHistory } from "../../state/insights";
import { conversationPath } from "../../state/route";
import { navigate, useApp, useFormat, useMe, usePlace, useRow, useWords } from "../context";
import { Badge } from "../parts/Badge";
import { IconButton } from "../parts/Button";
import { Short } from "../parts/Short";
import { ControlLine } from "./ControlLine";
import { Notes } from "./Notes";
import css from "./SidePanel.module.css";

interface Props {
  readonly id: string;
  readonly user: Row["user"];
  readonly aiAgent: Row["ai_agent"];
  readonly startedAt: Row["started_at"];
  /** What the log says besides the messages; undefined until it is there. */
  readonly known: readonly LogEvent[] | undefined;
  /** The conversation's first page has come, or cannot. */
  readonly settled: boolean;
  /** Older control comes with older pages. */
  readonly isPartial: boolean;
  readonly onClose?: () => void;
}

/** It gets only what it shows: it is not drawn again at every message. */
export const SidePanel = memo(function SidePanel({ id, user, aiAgent, startedAt, known, settled, isPartial, onClose }: Props) {
  const words = useWords();
  const history = useMemo(() => controlHistory(known ?? []), [known]);
  return (
    <aside className={css.side} aria-label={words.side.label}>
      {onClose && (
        <div className={css.top}>
          <IconButton label={words.chat.closeDetails} onClick={onClose}>
            <X size={18} aria-hidden />
          </IconButton>
        </div>
      )}
      <h3>{words.side.user}</h3>
      <User user={user} aiAgent={aiAgent} startedAt={startedAt} />
      <h3>{words.side.control}</h3>
      <ol className={css.history}>
        {history.map((entry) => (
          <ControlLine key={entry.seq} entry={entry} />
        ))}
      </ol>
      {isPartial && <p className={css.quiet}>{words.side.olderControl}</p>}
      {known !== undefined && <Notes key={id} id={id} known={known} />}
      {user !== undefined && <Earlier id={id} userId={user.id} enabled={settled} />}
    </aside>
  );
});

function User({ user, aiAgent, startedAt }: Pick<Props, "user" | "aiAgent" | "startedAt">) {
  const words = useWords().side;
  const format = useFormat();
  const lines = [
    [words.name, user?.name],
    [words.email, user?.email],
    [words.id, user?.id],
    [words.locale, user?.locale === undefined ? undefined : format.locale(user.locale)],
    [words.aiAgent, aiAgent?.name],
    [words.started, startedAt === undefined ? undefined : format.exact(startedAt)],
  ].filter(([, value]) => value !== undefined && value !== "");
  return (
    <dl className={css.facts}>
      {lines.map(([term, value]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{value !== undefined && <Breakable text={value} />}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A long e-mail address breaks after its at sign rather than anywhere. */
function Breakable({ text }: { readonly text: string }) {
  const at = text.indexOf("@") + 1;
  return (
    <>
      {text.slice(0, at)}
      <wbr />
      {text.slice(at)}
    </>
  );
}

/** Asked for once the conversation itself is there: it would wait for the answer. */
function Earlier({ id, userId, enabled }: { readonly id: string; readonly userId: string; readonly enabled: boolean }) {
  const app = useApp();
  const words = useWords();
  const { url } = usePlace();
  const { data } = useQuery({
    queryKey: ["of-user", userId],
    enabled,
    // How they stand now: the user may have come back since, and one has been closed.
    staleTime: 0,
    queryFn: () => app.ports.api.conversations.list({ user: userId, status: ["ai", "needs_human", "mine", "others", "closed"], sort: "newest", page_size: 20 }),
  });
  const others = (data?.rows ?? []).filter((row) => row.conversation_id !== id);
  const open = (event: MouseEvent, other: string) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    navigate(conversationPath(other, url.search));
  };
  return (
    <>
      <h3>{words.side.earlier}</h3>
      {data !== undefined && others.length === 0 && <p className={css.quiet}>{words.side.noEarlier}</p>}
      <ul className={css.earlier}>
        {others.map((row) => (
          <EarlierOne key={row.conversation_id} asked={row} search={url.search} onOpen={open} />
        ))}
      </ul>
    </>
  );
}

/** As it was when asked for, or as it has become since. */
function EarlierOne({ asked, search, onOpen }: { readonly asked: Row; readonly search: string; readonly onOpen: (event: MouseEvent, id: string) => void }) {
  const words = useWords();
  const meId = useMe().account.id;
  const live = useRow(asked.conversation_id);
  const row = live !== undefined && live.seq > asked.seq ? live : asked;
  return (
    <li>
      <a href={conversationPath(row.conversation_id, search)} onClick={(event) => onOpen(event, row.conversation_id)}>
        <Short at={row.started_at ?? row.control.since} /> · {row.last_message?.preview ?? words.list.noMessage}
      </a>
      <Badge status={statusOf(row.control, meId)} />
    </li>
  );
}
