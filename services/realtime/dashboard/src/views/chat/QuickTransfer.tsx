/** Transfer in two presses: press Transfer on the row, press the colleague. It can be taken back until they write. */
import { Menu } from "@base-ui/react/menu";
import { ArrowRightLeft } from "lucide-react";
import { useEffect, useId, useRef } from "react";
import type { Row } from "../../gateway/contract";
import { rankedColleagues } from "../../state/colleagues";
import { nameOf } from "../../state/notices";
import { useApp, useMe, useWords } from "../context";
import { Avatar } from "../parts/Avatar";
import menu from "../parts/Menu.module.css";
import { useColleagues, usePresenceWords } from "./AgentPicker";
import css from "./QuickTransfer.module.css";

export interface QuickTransferProps {
  readonly row: Row;
  readonly className: string | undefined;
  /** It comes in the place of the button that asked for it, open at once: by keys on its first choice. */
  readonly openedBy: "pointer" | "keys";
  readonly onOpen: (open: boolean) => void;
}

export function QuickTransfer({ row, className, openedBy, onOpen }: QuickTransferProps) {
  const words = useWords();
  const id = useId();
  const trigger = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (openedBy !== "keys") return;
    trigger.current?.focus({ preventScroll: true });
    trigger.current?.click();
  }, [openedBy]);
  return (
    <Menu.Root defaultOpen={openedBy === "pointer"} defaultTriggerId={id} onOpenChange={onOpen}>
      <Menu.Trigger ref={trigger} id={id} className={className} aria-label={`${words.handover.transfer} ${nameOf(row)}`} title={words.handover.transfer}>
        <ArrowRightLeft size={15} aria-hidden />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner className={menu.positioner} sideOffset={6} align="end">
          <Menu.Popup className={menu.popup}>
            <Colleagues row={row} />
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

function Colleagues({ row }: { readonly row: Row }) {
  const app = useApp();
  const words = useWords();
  const meId = useMe().account.id;
  const { data = [] } = useColleagues();
  const presence = usePresenceWords();
  const found = rankedColleagues(data, "", [meId, row.control.agent?.id]);
  return (
    <Menu.Group>
      <Menu.GroupLabel className={menu.label}>{words.handover.transfer}</Menu.GroupLabel>
      {found.length === 0 && <p className={css.none}>{words.handover.nobody}</p>}
      {found.map((agent) => (
        <Menu.Item key={agent.id} label={agent.display_name} className={menu.item} onClick={() => void app.transferQuickly(row, agent)}>
          <Avatar name={agent.display_name} small presence={agent.presence ?? "offline"} />
          <span className={menu.text}>{agent.display_name}</span>
          <span className={menu.aside}>{presence(agent)}</span>
        </Menu.Item>
      ))}
    </Menu.Group>
  );
}
