/** The dialogs and the drawer, fetched when the first of them is opened. */
import { type ComponentType, lazy, Suspense } from "react";
import type { Row } from "../../gateway/contract";
import type { DrawerProps } from "../parts/Drawer";

interface DialogProps {
  readonly row: Row;
  readonly onClose: () => void;
}

/** While it is fetched nothing else on the page waits. */
function fetched<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  const Fetched = lazy(async () => ({ default: await load() })) as unknown as ComponentType<P>;
  return function Dialog(props: P) {
    return (
      <Suspense fallback={null}>
        <Fetched {...props} />
      </Suspense>
    );
  };
}

export const HandoverDialog = fetched<DialogProps>(async () => (await import("./HandoverDialog")).HandoverDialog);
export const CloseDialog = fetched<DialogProps>(async () => (await import("./CloseDialog")).CloseDialog);
export const TakeFromDialog = fetched<DialogProps>(async () => (await import("./TakeFromDialog")).TakeFromDialog);
export const Drawer = fetched<DrawerProps>(async () => (await import("../parts/Drawer")).Drawer);
