/** What else can be done with a conversation. */
import { Menu } from "@base-ui/react/menu";
import { ArrowRightLeft, ArrowUpToLine, CircleCheck, EllipsisVertical, Hand, Link, PanelRight, Search } from "lucide-react";
import { memo, useMemo } from "react";
import { controlHistory } from "../../state/insights";
import { conversationPath } from "../../state/route";
import { useAppState, useWords } from "../context";
import { cx } from "../cx";
import menu from "../parts/Menu.module.css";
import { jumpTo } from "./jumping";
import css from "./ChatHead.module.css";
import { useKnownEvents } from "./useKnownEvents";

/** What is absent cannot be done now. */
export interface HeadMenuProps {
  readonly id: string;
  /** Of the end user. */
  readonly name: string;
  readonly onHandover: (() => void) | undefined;
  readonly onFind: () => void;
  readonly onDetails: (() => void) | undefined;
  readonly onClose: (() => void) | undefined;
}

export const HeadMenu = memo(function HeadMenu({ id, name, onHandover, onFind, onDetails, onClose }: HeadMenuProps) {
  const words = useWords();
  return (
    <Menu.Root>
      <Menu.Trigger className={css.more} aria-label={words.list.more(name)}>
        <EllipsisVertical size={18} aria-hidden />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner className={menu.positioner} sideOffset={6} align="end">
          <Menu.Popup className={menu.popup}>
            {onHandover && (
              <Menu.Item className={menu.item} onClick={onHandover}>
                <ArrowRightLeft size={16} aria-hidden /> {words.handover.button}…
              </Menu.Item>
            )}
            <Menu.Item className={menu.item} onClick={onFind}>
              <Search size={16} aria-hidden /> {words.desk.find.open}
            </Menu.Item>
            <Menu.Item className={menu.item} onClick={() => jumpTo(id, 1)}>
              <ArrowUpToLine size={16} aria-hidden /> {words.desk.jump.start}
            </Menu.Item>
            <LastControl id={id} />
            <Menu.Item className={menu.item} onClick={() => void navigator.clipboard.writeText(`${location.origin}${conversationPath(id)}`)}>
              <Link size={16} aria-hidden /> {words.desk.jump.copy}
            </Menu.Item>
            {onDetails && (
              <Menu.Item className={menu.item} onClick={onDetails}>
                <PanelRight size={16} aria-hidden /> {words.chat.details}
              </Menu.Item>
            )}
            {onClose && (
              <Menu.Item className={cx(menu.item, menu.danger)} onClick={onClose}>
                <CircleCheck size={16} aria-hidden /> {words.closing.button}…
              </Menu.Item>
            )}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
});

/** Leads to the last change of control. Looked for only while the menu is open: a history is long, and changes with every message. */
function LastControl({ id }: { readonly id: string }) {
  const words = useWords();
  const chat = useAppState((state) => state.chats[id]);
  const known = useKnownEvents(chat);
  const seq = useMemo(() => controlHistory(known).find(({ kind }) => kind !== "started")?.seq, [known]);
  if (seq === undefined) return null;
  return (
    <Menu.Item className={menu.item} onClick={() => jumpTo(id, seq)}>
      <Hand size={16} aria-hidden /> {words.desk.jump.control}
    </Menu.Item>
  );
}
