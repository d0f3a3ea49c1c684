/** The dialogs and the drawer, fetched when the first of them is opened. */
import type { Row } from "../../gateway/contract";
import { fetched } from "../fetched";
import type { DrawerProps } from "../parts/Drawer";
import type { FindBarProps } from "./FindBar";

interface DialogProps {
  readonly row: Row;
  readonly onClose: () => void;
}

export const HandoverDialog = fetched<DialogProps>(async () => (await import("./HandoverDialog")).HandoverDialog);
export const CloseDialog = fetched<DialogProps>(async () => (await import("./CloseDialog")).CloseDialog);
export const TakeFromDialog = fetched<DialogProps>(async () => (await import("./TakeFromDialog")).TakeFromDialog);
export const FindBar = fetched<FindBarProps>(async () => (await import("./FindBar")).FindBar);
export const Drawer = fetched<DrawerProps>(async () => (await import("../parts/Drawer")).Drawer);
