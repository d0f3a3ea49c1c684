/** One item of the history: a day, a system message, somebody's words. */
import { Check, CheckCheck, CircleAlert, Clock3, Eye } from "lucide-react";
import { memo } from "react";
import { dayOf, type Item, type Receipt } from "../../state/timeline";
import { useApp, useAppState, useAtNow, useFormat, useWords } from "../context";
import { cx } from "../cx";
import { Avatar } from "../parts/Avatar";
import { Button } from "../parts/Button";
import { Prose } from "../parts/Prose";
import { problemWords } from "../problem";
import { useConnected } from "../reach";
import css from "./History.module.css";

type Message = Extract<Item, { kind: "message" }>;

interface Props {
  readonly item: Item;
  readonly chatId: string;
  readonly userName: string;
}

export const HistoryItem = memo(function HistoryItem({ item, chatId, userName }: Props) {
  const words = useWords();
  const format = useFormat();
  switch (item.kind) {
    case "day":
      return <Day at={item.at} />;
    case "unread":
      return (
        <p className={css.unread} data-unread>
          {words.chat.unread}
        </p>
      );
    case "system":
      return (
        <p className={css.system} data-system data-seq={item.seq} tabIndex={-1}>
          {item.text}
          <time dateTime={item.at} title={format.exact(item.at)}>
            {format.time(item.at)}
          </time>
        </p>
      );
    case "message":
      return <Said item={item} chatId={chatId} userName={userName} />;
  }
});

function Day({ at }: { readonly at: string }) {
  const words = useWords();
  const format = useFormat();
  const day = dayOf(at);
  const word = useAtNow((now) => (day === new Date(now).toDateString() ? words.chat.today : day === new Date(now - 86_400_000).toDateString() ? words.chat.yesterday : format.day(at)));
  return <p className={css.day}>{word}</p>;
}

function Said({ item, chatId, userName }: { readonly item: Message; readonly chatId: string; readonly userName: string }) {
  const words = useWords();
  const format = useFormat();
  const name = item.author === "user" ? userName : item.author === "me" ? words.chat.you : item.name;
  const exact = format.exact(item.at);
  const kind = item.author === "ai" ? words.chat.ai : item.author === "colleague" ? words.chat.agent : undefined;
  return (
    <article className={cx(css.message, css[item.author], item.continued && css.continued, item.receipt === "sending" && css.underWay)} data-author={item.author} data-seq={item.seq} tabIndex={-1}>
      {item.author !== "user" && <span className={css.face}>{!item.continued && <Avatar name={item.name} tone={item.author === "ai" ? "ai" : item.author === "me" ? "me" : "other"} small />}</span>}
      <p className={cx(css.who, item.continued && "visually-hidden")}>
        <b>{name}</b>
        {kind !== undefined && ` · ${kind}`} ·{" "}
        <time dateTime={item.at} title={exact}>
          {item.seq === undefined ? (
            format.time(item.at)
          ) : (
            <a className={css.moment} href={`#${item.seq}`} title={`${exact} · ${words.desk.jump.message}`}>
              {format.time(item.at)}
            </a>
          )}
        </time>
      </p>
      <div className={css.bubble} data-text title={exact}>
        <Prose text={item.text} />
      </div>
      {item.receipt !== undefined && item.author !== "user" && <ReceiptLine receipt={item.receipt} item={item} chatId={chatId} />}
    </article>
  );
}

const ICON = { sending: Clock3, sent: Check, delivered: CheckCheck, shown: Eye, failed: CircleAlert } as const satisfies Record<Receipt, unknown>;

function ReceiptLine({ receipt, item, chatId }: { readonly receipt: Receipt; readonly item: Message; readonly chatId: string }) {
  const app = useApp();
  const words = useWords();
  const row = useAppState((state) => state.rows[chatId]);
  const connected = useConnected(row);
  const Icon = ICON[receipt];
  const { pending } = item;
  return (
    <p className={cx(css.receipt, receipt === "failed" && css.failed)} data-receipt={receipt}>
      <Icon size={13} aria-hidden />
      {receipt === "sent" && connected === false ? words.desk.platform.waiting : words.chat.receipts[receipt]}
      {receipt === "failed" && pending !== undefined && (
        <>
          {pending.reason !== undefined && ` · ${problemWords(words, pending.reason)}`}
          <Button small kind="quiet" onClick={() => void app.acting.retry(chatId, pending.commandId)}>
            {words.retry}
          </Button>
          <Button small kind="quiet" onClick={() => app.acting.drop(chatId, pending.commandId)}>
            {words.chat.drop}
          </Button>
        </>
      )}
    </p>
  );
}
