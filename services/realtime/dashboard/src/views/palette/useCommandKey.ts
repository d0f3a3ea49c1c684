/** Ctrl/Cmd-K opens the command menu from anywhere, also from a field; pressed again it closes it. */
import { useEffect } from "react";
import { useApp } from "../context";

export function useCommandKey(): void {
  const { store } = useApp().ports;
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || event.isComposing) return;
      const { dialog } = store.state();
      // Over another dialog there is nothing to go to: it is to be answered first.
      const other = document.querySelector('[role="dialog"]');
      if (dialog !== "commands" && other !== null) return;
      event.preventDefault();
      store.dispatch({ type: "dialog", dialog: dialog === "commands" ? undefined : "commands" });
    }
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [store]);
}
