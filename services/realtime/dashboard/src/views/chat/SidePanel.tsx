/** Beside the chat: the user, who held control when, notes for colleagues, the user's other conversations. */
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { type MouseEvent, useMemo } from "react";
import type { Row } from "../../gateway/contract";
import type { Chat } from "../../state/chat";
import { statusOf } from "../../state/control";
import { controlHistory } from "../../state/insights";
import { conversationPath } from "../../state/route";
import { navigate, useApp, useFormat, useMe, usePlace, useWords } from "../context";
import { Badge } from "../parts/Badge";
import { IconButton } from "../parts/Button";
import { Short } from "../parts/Short";
import { ControlLine } from "./ControlLine";
import { Notes } from "./Notes";
import { useKnownEvents } from "./useKnownEvents";
import css from "./SidePanel.module.css";

interface Props {
  readonly id: string;
  readonly row: Row | undefined;
  readonly chat: Chat | undefined;
  readonly onClose?: () => void;
}

export function SidePanel({ id, row, chat, onClose }: Props) {
  const words = useWords();
  const known = useKnownEvents(chat);
  const history = useMemo(() => controlHistory(known), [known]);
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
      {row !== undefined && <User row={row} />}
      <h3>{words.side.control}</h3>
      <ol className={css.history}>
        {history.map((entry) => (
          <ControlLine key={entry.seq} entry={entry} />
        ))}
      </ol>
      {chat?.more === true && chat.landmarks.length === 0 && <p className={css.quiet}>{words.side.olderControl}</p>}
      {chat !== undefined && <Notes key={id} id={id} chat={chat} />}
      {row?.user !== undefined && <Earlier id={id} userId={row.user.id} />}
    </aside>
  );
}

function User({ row }: { readonly row: Row }) {
  const words = useWords().side;
  const format = useFormat();
  const { user } = row;
  const lines = [
    [words.name, user?.name],
    [words.email, user?.email],
    [words.id, user?.id],
    [words.locale, user?.locale === undefined ? undefined : format.locale(user.locale)],
    [words.aiAgent, row.ai_agent?.name],
    [words.started, row.started_at === undefined ? undefined : format.exact(row.started_at)],
  ].filter(([, value]) => value !== undefined && value !== "");
  return (
    <dl className={css.facts}>
      {lines.map(([term, value]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Earlier({ id, userId }: { readonly id: string; readonly userId: string }) {
  const app = useApp();
  const words = useWords();
  const { url } = usePlace();
  const meId = useMe().account.id;
  const { data } = useQuery({
    queryKey: ["of-user", userId],
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
          <li key={row.conversation_id}>
            <a href={conversationPath(row.conversation_id, url.search)} onClick={(event) => open(event, row.conversation_id)}>
              <Short at={row.started_at ?? row.control.since} /> · {row.last_message?.preview ?? words.list.noMessage}
            </a>
            <Badge status={statusOf(row.control, meId)} />
          </li>
        ))}
      </ul>
    </>
  );
}
