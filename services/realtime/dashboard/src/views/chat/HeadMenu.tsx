/** What else can be done with a conversation. */
import { Menu } from "@base-ui/react/menu";
import { ArrowRightLeft, CircleCheck, EllipsisVertical, PanelRight } from "lucide-react";
import type { Row } from "../../gateway/contract";
import { nameOf } from "../../state/notices";
import { useWords } from "../context";
import { cx } from "../cx";
import menu from "../parts/Menu.module.css";
import css from "./ChatHead.module.css";

/** What is absent cannot be done now. */
export interface HeadMenuProps {
  readonly row: Row;
  readonly onHandover: (() => void) | undefined;
  readonly onDetails: (() => void) | undefined;
  readonly onClose: (() => void) | undefined;
}

export function HeadMenu({ row, onHandover, onDetails, onClose }: HeadMenuProps) {
  const words = useWords();
  return (
    <Menu.Root>
      <Menu.Trigger className={css.more} aria-label={words.list.more(nameOf(row))}>
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
}
