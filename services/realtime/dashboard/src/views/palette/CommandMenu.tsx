/** The command menu: type to go anywhere, find a conversation or a colleague, or act on the open conversation. */
import { Autocomplete } from "@base-ui/react/autocomplete";
import { Dialog } from "@base-ui/react/dialog";
import { useQuery } from "@tanstack/react-query";
import { MessageCircle, Search } from "lucide-react";
import { useEffect, useState } from "react";
import type { Row } from "../../gateway/contract";
import { matching } from "../../state/commands";
import { statusOf } from "../../state/control";
import { nameOf } from "../../state/notices";
import { conversationPath } from "../../state/route";
import { useColleagues } from "../chat/AgentPicker";
import { CloseDialog, HandoverDialog } from "../chat/dialogs";
import { navigate, useApp, useMe, usePlace, useRow, useSurroundings } from "../context";
import css from "./CommandMenu.module.css";
import { accountGroup, actionGroup, type Entry, type Group, pageGroup, peopleGroup, viewGroup } from "./commands";

/** So long the typing rests before the server is asked. */
const REST_MS = 150;
const MOST_FOUND = 8;
const MOST_PEOPLE = 5;
const STATUSES = ["ai", "needs_human", "mine", "others", "closed"];

export function CommandMenu({ onClose }: { readonly onClose: () => void }) {
  const surroundings = useSurroundings();
  const { words } = surroundings;
  const me = useMe().account;
  const { route } = usePlace();
  const row = useRow(route.page === "conversations" ? (route.id ?? "") : "");
  const [typed, setTyped] = useState("");
  const [dialog, setDialog] = useState<"handover" | "close">();
  const { data: agents = [] } = useColleagues();
  const found = useFound(typed);

  if (dialog !== undefined && row !== undefined) {
    return dialog === "handover" ? <HandoverDialog row={row} onClose={onClose} /> : <CloseDialog row={row} onClose={onClose} />;
  }

  const query = typed.trim();
  const people = peopleGroup(surroundings, agents);
  const groups: readonly Group[] = [
    ...(row === undefined ? [] : [actionGroup(surroundings, me, row, setDialog)]),
    pageGroup(surroundings, me),
    viewGroup(surroundings),
    ...(query === "" ? [] : [people]),
    accountGroup(surroundings, me),
  ]
    .map((group) => ({ ...group, items: matching(group.items, query).slice(0, group === people ? MOST_PEOPLE : undefined) }))
    .concat({ label: words.palette.conversations, items: (found.data ?? []).map((each) => conversationEntry(each, surroundings, me.id)) })
    .filter((group) => group.items.length > 0);

  function run(entry: Entry): void {
    const opensDialog = entry.id === "handover" || entry.id === "close";
    // The menu is gone before what was chosen begins: a dialog that it opens gets the focus.
    if (!opensDialog) onClose();
    entry.run();
  }

  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={css.veil} />
        <Dialog.Popup className={css.popup} aria-label={words.palette.title}>
          <Autocomplete.Root inline open items={groups} mode="none" value={typed} onValueChange={setTyped} autoHighlight="always" keepHighlight itemToStringValue={(entry: Entry) => entry.label}>
            <div className={css.field}>
              <Search size={18} aria-hidden />
              <Autocomplete.Input className={css.input} placeholder={words.palette.placeholder} aria-label={words.palette.title} />
              <kbd>Esc</kbd>
            </div>
            <p className={css.status} role="status">
              {found.isError ? words.palette.failed : found.isFetching ? words.palette.searching : groups.length === 0 ? words.palette.nothing : ""}
            </p>
            <Autocomplete.List className={css.list}>
              {(group: Group) => (
                <Autocomplete.Group key={group.label} items={group.items} className={css.group}>
                  <Autocomplete.GroupLabel className={css.label}>{group.label}</Autocomplete.GroupLabel>
                  <Autocomplete.Collection>
                    {(entry: Entry) => (
                      <Autocomplete.Item key={entry.id} value={entry} className={css.item} onClick={() => run(entry)}>
                        <entry.icon size={16} aria-hidden />
                        <span className={css.text}>{entry.label}</span>
                        {entry.aside !== undefined && <small>{entry.aside}</small>}
                      </Autocomplete.Item>
                    )}
                  </Autocomplete.Collection>
                </Autocomplete.Group>
              )}
            </Autocomplete.List>
            <p className={css.hint} aria-hidden>
              {words.palette.hint}
            </p>
          </Autocomplete.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** Conversations by the user's name, e-mail or id, closed ones too. */
function useFound(typed: string) {
  const { api } = useApp().ports;
  const [rested, setRested] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setRested(typed.trim()), REST_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return useQuery({
    queryKey: ["found", rested],
    queryFn: async ({ signal }) => (await api.conversations.list({ search: rested, status: STATUSES, sort: "newest", page_size: MOST_FOUND }, signal)).rows,
    enabled: rested.length > 1,
    staleTime: 5_000,
  });
}

function conversationEntry(row: Row, { words }: { readonly words: ReturnType<typeof useSurroundings>["words"] }, meId: string): Entry {
  return {
    id: row.conversation_id,
    label: [nameOf(row), row.user?.email].filter((part, at, all) => part !== undefined && all.indexOf(part) === at).join(" · "),
    aside: words.status[statusOf(row.control, meId)],
    icon: MessageCircle,
    run: () => navigate(conversationPath(row.conversation_id)),
  };
}
