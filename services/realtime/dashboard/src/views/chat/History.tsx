/** The message history: pages as one scrolls up with the position kept, at the end it follows, and what comes below is pointed out. */
import { ArrowDown, CloudOff } from "lucide-react";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { Row } from "../../gateway/contract";
import { type Chat, lastSeq } from "../../state/chat";
import { createChunks } from "../../state/chunks";
import { nameOf } from "../../state/notices";
import { useApp, useMe, usePlace, useWords } from "../context";
import { Button } from "../parts/Button";
import { Empty } from "../parts/Empty";
import { problemWords } from "../problem";
import { type Anchor, anchorOf, holdTo } from "./anchor";
import css from "./History.module.css";
import { HistoryChunk } from "./HistoryChunk";
import { linkedSeq, onJump } from "./jumping";
import { Passing } from "./Passing";

const NEAR_END_PX = 80;
const NEAR_START_PX = 300;
const POINTED_MS = 2000;

export function History({ id, chat, row }: { readonly id: string; readonly chat: Chat | undefined; readonly row: Row | undefined }) {
  const app = useApp();
  const words = useWords();
  const me = useMe().account;
  const log = useRef<HTMLDivElement>(null);
  const passing = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const placed = useRef(false);
  const anchor = useRef<Anchor>(undefined);
  const [below, setBelow] = useState(false);
  const [target, setTarget] = useState<number>();
  const linked = linkedSeq(usePlace().url.hash);
  const [cut] = useState(createChunks);
  const chunks = useMemo(() => (chat === undefined ? [] : cut(chat, me, true)), [cut, chat, me]);
  const userName = row === undefined ? "" : nameOf(row);
  const first = chat?.events[0]?.seq ?? 0;
  const last = chat === undefined ? 0 : lastSeq(chat);

  useLayoutEffect(() => {
    const box = log.current;
    if (box === null || first === 0) return;
    if (!placed.current) {
      // Opens at the first unread message, else at the end.
      const unread = box.querySelector("[data-unread]");
      if (unread !== null) unread.scrollIntoView({ block: "start" });
      else box.scrollTop = box.scrollHeight;
    } else if (atEnd.current) {
      box.scrollTop = box.scrollHeight;
    } else {
      holdTo(box, anchor.current);
    }
    placed.current = true;
    anchor.current = anchorOf(box);
    atEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX;
    if (box.scrollHeight <= box.clientHeight) void app.reading.loadOlder(id);
  }, [app, id, first, chunks]);

  const go = useCallback(
    (seq: number) =>
      void app.reading.loadBackTo(id, seq).then((found) => {
        if (found === "there") setTarget(seq);
        if (found === "missing") app.tellMissingMessage(id, seq);
      }),
    [app, id],
  );
  useEffect(() => onJump(id, go), [id, go]);
  const isOpen = first > 0;
  useEffect(() => {
    if (linked !== undefined && isOpen) go(linked);
  }, [go, linked, isOpen]);

  useLayoutEffect(() => {
    if (target === undefined || first > target) return;
    const places = [...(log.current?.querySelectorAll<HTMLElement>("[data-seq]") ?? [])];
    const place = places.find((item) => Number(item.dataset.seq) >= target) ?? places.at(-1);
    if (place === undefined) return;
    atEnd.current = false;
    place.scrollIntoView({ block: "center" });
    anchor.current = log.current === null ? undefined : anchorOf(log.current);
    place.dataset.pointed = "";
    place.focus({ preventScroll: true });
    const timer = setTimeout(() => {
      delete place.dataset.pointed;
      setTarget(undefined);
    }, POINTED_MS);
    return () => clearTimeout(timer);
  }, [target, first]);

  useEffect(() => {
    if (last === 0) return;
    if (atEnd.current) app.reading.seen(id, last);
    setBelow(!atEnd.current);
  }, [app, id, last]);

  // The box may also change its height: a banner, the message box that grows, the on-screen keyboard. And what passes grows below the last message.
  useEffect(() => {
    const box = log.current;
    if (box === null) return;
    const observer = new ResizeObserver(() => {
      if (atEnd.current) box.scrollTop = box.scrollHeight;
    });
    observer.observe(box);
    if (passing.current !== null) observer.observe(passing.current);
    return () => observer.disconnect();
  }, []);

  function onScroll(): void {
    const box = log.current;
    if (box === null) return;
    atEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX;
    anchor.current = anchorOf(box);
    if (atEnd.current && last > 0) {
      app.reading.seen(id, last);
      setBelow(false);
    }
    if (box.scrollTop < NEAR_START_PX) void app.reading.loadOlder(id);
  }

  const isComing = chat === undefined || (chat.loading === "first" && chat.events.length === 0);
  const toEnd = () => log.current?.scrollTo({ top: log.current.scrollHeight, behavior: "smooth" });

  return (
    <div className={css.frame}>
      {/* Not a live region: the history is read when one goes there, new messages are told elsewhere. */}
      <div ref={log} className={css.log} onScroll={onScroll} tabIndex={0} data-keys="history" role="group" aria-label={words.chat.history} aria-busy={isComing}>
        {chat?.failed !== undefined && chat.events.length === 0 ? (
          <Empty icon={CloudOff} title={words.chat.failedTitle} text={problemWords(words, chat.failed)} action={<Button onClick={() => void app.reading.open(id)}>{words.retry}</Button>} />
        ) : isComing ? (
          <Skeleton label={words.loading} />
        ) : (
          <>
            <p className={css.edge}>{chat.more ? words.chat.older : words.chat.beginning}</p>
            {chunks.map((chunk) => (
              <HistoryChunk key={chunk.key} chunk={chunk} chatId={id} userName={userName} />
            ))}
          </>
        )}
        <div ref={passing} className={css.end}>
          {isOpen && <Passing id={id} row={row} />}
        </div>
      </div>
      {below && (
        <button type="button" className={css.below} onClick={toEnd} title={words.chat.toBottom}>
          <ArrowDown size={15} aria-hidden /> {words.chat.below}
        </button>
      )}
    </div>
  );
}

function Skeleton({ label }: { readonly label: string }) {
  return (
    <div role="img" aria-label={label} className={css.skeletons}>
      {[60, 35, 48, 26].map((width, index) => (
        <span key={width} className={index % 2 === 0 ? css.left : css.right} style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}
