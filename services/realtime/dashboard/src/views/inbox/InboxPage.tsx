/** The split view: the list on the left, the conversation on the right; below 768 px two steps. */
import { useCallback, useEffect } from "react";
import { parseFilters } from "../../state/filters";
import { conversationPath } from "../../state/route";
import { ChatPanel } from "../chat/ChatPanel";
import { navigate, useApp, useMedia, usePlace } from "../context";
import { NoChat } from "../chat/NoChat";
import css from "./InboxPage.module.css";
import { ConversationList } from "./ConversationList";

export function InboxPage() {
  const app = useApp();
  const { url, route } = usePlace();
  const id = route.page === "conversations" ? route.id : undefined;
  const narrow = useMedia("(max-width: 767px)");
  const query = url.search;

  useEffect(() => app.showList(parseFilters(query)), [app, query]);

  useEffect(() => {
    if (id === undefined) return;
    if (app.ports.store.state().rows[id] === undefined) void app.listing.fetchRow(id);
    void app.reading.open(id);
    return () => app.reading.leave(id);
  }, [app, id]);

  const back = useCallback(() => navigate(conversationPath(undefined, query)), [query]);

  return (
    <div className={css.split}>
      {(!narrow || id === undefined) && <ConversationList selectedId={id} query={query} />}
      {id === undefined ? !narrow && <NoChat /> : <ChatPanel id={id} onBack={back} narrow={narrow} />}
    </div>
  );
}
