/** The dialogs that open from anywhere: by the user menu, the command menu or a key. */
import { useApp, useAppState } from "../context";
import { fetched } from "../fetched";

interface Props {
  readonly onClose: () => void;
}

const NotificationsDialog = fetched<Props>(async () => (await import("./NotificationsDialog")).NotificationsDialog);
const ShortcutsDialog = fetched<Props>(async () => (await import("./ShortcutsDialog")).ShortcutsDialog);

export function GlobalDialogs() {
  const { store } = useApp().ports;
  const dialog = useAppState((state) => state.dialog);
  const close = () => store.dispatch({ type: "dialog", dialog: undefined });
  if (dialog === "notifications") return <NotificationsDialog onClose={close} />;
  return dialog === "shortcuts" ? <ShortcutsDialog onClose={close} /> : null;
}
