/** The dialogs that open from anywhere: by the user menu, the command menu or a key. */
import { useApp, useAppState } from "../context";
import { fetched } from "../fetched";

interface Props {
  readonly onClose: () => void;
}

const NotificationsDialog = fetched<Props>(async () => (await import("./NotificationsDialog")).NotificationsDialog);
const ShortcutsDialog = fetched<Props>(async () => (await import("./ShortcutsDialog")).ShortcutsDialog);

const CommandMenu = fetched<Props>(async () => (await import("../palette/CommandMenu")).CommandMenu);
const Leaving = fetched<Props & { readonly why: "going_away" | "logging_out" }>(async () => (await import("../letting/Leaving")).Leaving);

export function GlobalDialogs() {
  const { store } = useApp().ports;
  const dialog = useAppState((state) => state.dialog);
  const close = () => store.dispatch({ type: "dialog", dialog: undefined });
  if (dialog === "notifications") return <NotificationsDialog onClose={close} />;
  if (dialog === "commands") return <CommandMenu onClose={close} />;
  if (dialog === "going_away" || dialog === "logging_out") return <Leaving why={dialog} onClose={close} />;
  return dialog === "shortcuts" ? <ShortcutsDialog onClose={close} /> : null;
}
