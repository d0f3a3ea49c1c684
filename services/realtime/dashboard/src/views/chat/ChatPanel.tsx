/** One conversation: head, brief, history, and what can be written; details beside it, or in a drawer below 1280 px. */
import { SearchX } from "lucide-react";
import { type KeyboardEvent, useCallback, useState } from "react";
import { statusOf } from "../../state/control";
import { nameOf } from "../../state/notices";
import { useApp, useAppState, useMe, useMedia, useRow, useWords } from "../context";
import { Button } from "../parts/Button";
import { Empty } from "../parts/Empty";
import { BriefCard } from "./BriefCard";
import { ChatHead } from "./ChatHead";
import css from "./ChatPanel.module.css";
import { Composer } from "./Composer";
import { Drawer, FindBar } from "./dialogs";
import { History } from "./History";
import { Reach } from "./Reach";
import { ReadOnly } from "./ReadOnly";
import { SidePanel } from "./SidePanel";
import { useKnownEvents } from "./useKnownEvents";

interface Props {
  readonly id: string;
  readonly narrow: boolean;
  readonly onBack: () => void;
}

/** At a switch what both conversations share is drawn on: to build it anew takes longer than the rest of the switch. */
export function ChatPanel({ id, narrow, onBack }: Props) {
  const app = useApp();
  const words = useWords();
  const me = useMe().account;
  const row = useRow(id);
  const chat = useAppState((state) => state.chats[id]);
  const missing = useAppState((state) => state.missing.has(id));
  const known = useKnownEvents(chat);
  const wide = useMedia("(min-width: 1280px)");
  const [drawer, setDrawer] = useState(false);
  const [finding, setFinding] = useState(false);
  const onFind = useCallback(() => setFinding(true), []);
  const onDetails = useCallback(() => setDrawer(true), []);
  const mine = row !== undefined && statusOf(row.control, me.id) === "mine";
  // The box stays, with its text, when control is lost while one is here.
  const [hadControl, setHadControl] = useState(mine);
  const [shown, setShown] = useState(id);
  if (shown !== id) {
    // What was open, and the box that was left in it, belong to the conversation that one has left.
    setShown(id);
    setDrawer(false);
    setFinding(false);
    setHadControl(mine);
  } else if (mine && !hadControl) setHadControl(true);

  if (missing) {
    return (
      <section className={css.none}>
        <Empty icon={SearchX} heading={narrow ? "h1" : "h2"} title={words.chat.missingTitle} text={words.chat.missingText} action={<Button onClick={onBack}>{words.back}</Button>} />
      </section>
    );
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    const link = document.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`);
    if (narrow) onBack();
    else link?.focus();
  }

  const name = row === undefined ? "" : nameOf(row);
  const side = { id, user: row?.user, aiAgent: row?.ai_agent, startedAt: row?.started_at, known: chat && known, settled: chat !== undefined && chat.loading !== "first", isPartial: chat?.more === true && chat.landmarks.length === 0 };
  return (
    <div className={css.both}>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Esc returns to the list from everything inside */}
      <section className={css.chat} aria-label={words.chat.region(name)} onKeyDown={onKeyDown}>
        <ChatHead id={id} row={row} narrow={narrow} onBack={onBack} onFind={onFind} onDetails={wide ? undefined : onDetails} />
        {row !== undefined && <Reach row={row} />}
        {finding && row !== undefined && <FindBar row={row} onClose={() => setFinding(false)} />}
        {chat !== undefined && <BriefCard key={`brief-${id}`} id={id} known={known} mine={mine} dismissible={row?.control.holder === "queue" && row.control.ai_may_speak ? row.control.epoch : undefined} />}
        <History key={`history-${id}`} id={id} chat={chat} row={row} />
        {row !== undefined && chat !== undefined && (
          <footer className={css.foot}>
            {!mine && <ReadOnly row={row} wordsLeft={hadControl && app.drafts().read("reply", id) !== ""} />}
            {/* What one answers is what one sees: without its history there is nothing to answer yet. */}
            {(mine || hadControl) && chat.events.length > 0 && <Composer key={id} id={id} row={row} chat={chat} canWrite={mine} />}
          </footer>
        )}
      </section>
      {wide ? (
        <SidePanel {...side} />
      ) : (
        drawer && (
          <Drawer label={words.side.label} onClose={() => setDrawer(false)}>
            <SidePanel {...side} onClose={() => setDrawer(false)} />
          </Drawer>
        )
      )}
    </div>
  );
}
