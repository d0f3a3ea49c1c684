/** What is new, above the kept text. Once it has been drawn here it counts as seen: pressing again goes through. */
import { useEffect, useMemo } from "react";
import type { Row } from "../../gateway/contract";
import { type Chat, lastSeq } from "../../state/chat";
import { nameOf } from "../../state/notices";
import { unseenMessages } from "../../state/unseen";
import { useApp, useMe } from "../context";
import { Verbatim } from "../parts/Verbatim";
import css from "./UnseenBox.module.css";

export function UnseenBox({ chat, row, after, text }: { readonly chat: Chat; readonly row: Row; readonly after: number; readonly text: string }) {
  const app = useApp();
  const meId = useMe().account.id;
  const messages = useMemo(() => unseenMessages(chat.events, after, meId), [chat.events, after, meId]);
  const drawn = messages.length > 0 ? lastSeq(chat) : 0;

  useEffect(() => {
    // Told by the refusal before the socket brought them.
    if (drawn === 0) void app.reading.catchUp(chat.id);
    else app.reading.seen(chat.id, drawn);
  }, [app, chat.id, drawn]);

  return (
    <div className={css.unseen} role="alert">
      <p className={css.why}>{text}</p>
      {messages.map((message) => (
        <p key={message.seq} className={css.message}>
          <b>{message.colleague ?? nameOf(row)}:</b> <Verbatim text={message.text} />
        </p>
      ))}
    </div>
  );
}
