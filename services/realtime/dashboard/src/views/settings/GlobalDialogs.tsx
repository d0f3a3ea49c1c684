/** The dialogs that open from anywhere: by the user menu, the command menu or a key. */
import { useEffect } from "react";
import { useApp, useAppState } from "../context";
import { fetched } from "../fetched";

interface Props {
  readonly onClose: () => void;
}

const NotificationsDialog = fetched<Props>(async () => (await import("./NotificationsDialog")).NotificationsDialog);
const ShortcutsDialog = fetched<Props>(async () => (await import("./ShortcutsDialog")).ShortcutsDialog);

const loadCommandMenu = async () => (await import("../palette/CommandMenu")).CommandMenu;
const CommandMenu = fetched<Props>(loadCommandMenu);
const Leaving = fetched<Props & { readonly why: "going_away" | "logging_out" }>(async () => (await import("../letting/Leaving")).Leaving);

export function GlobalDialogs() {
  const { store } = useApp().ports;
  const dialog = useAppState((state) => state.dialog);
  // There before it is asked for: who presses its key types on at once.
  useEffect(() => {
    // Whoever asks for it then meets the failure.
    loadCommandMenu().catch(() => undefined);
  }, []);
  const close = () => store.dispatch({ type: "dialog", dialog: undefined });
  if (dialog === "notifications") return <NotificationsDialog onClose={close} />;
  if (dialog === "commands") return <CommandMenu onClose={close} />;
  if (dialog === "going_away" || dialog === "logging_out") return <Leaving why={dialog} onClose={close} />;
  return dialog === "shortcuts" ? <ShortcutsDialog onClose={close} /> : null;
}
