/** Single keys, while the focus is in the list or in the history: they move and open, nothing that an end user would see hangs on one. */
import { useEffect } from "react";
import { useApp, useSurroundings } from "./context";

const HISTORY = "[data-keys=history]";
const ARROW: Readonly<Record<string, string>> = { j: "ArrowDown", k: "ArrowUp" };

/** Where the keys are meant for: the list, the history, or nothing in particular. */
function placeOf(target: EventTarget | null): "list" | "history" | "page" | undefined {
  if (!(target instanceof HTMLElement)) return undefined;
  if (target.dataset.row !== undefined) return "list";
  if (target.closest(HISTORY) !== null) return "history";
  return target === document.body || target.id === "main" ? "page" : undefined;
}

function rowLink(): HTMLElement | null {
  return document.querySelector<HTMLElement>('[data-row][aria-current="true"]') ?? document.querySelector<HTMLElement>('[data-row][tabindex="0"]');
}

/** Open the row beside the open one; the focus stays in the history. */
function openBeside(key: string): void {
  const item = rowLink()?.closest("li");
  const wanted = Number(item?.getAttribute("aria-posinset")) + (ARROW[key] === "ArrowDown" ? 1 : -1);
  const beside = document.querySelector<HTMLElement>(`li[aria-posinset="${wanted}"] [data-row]`);
  if (beside === null) return;
  beside.click();
  requestAnimationFrame(() => document.querySelector<HTMLElement>(HISTORY)?.focus());
}

export function useSingleKeys(): void {
  const { store } = useApp().ports;
  const { singleKeys } = useSurroundings().preferences;

  useEffect(() => {
    function press(key: string, target: HTMLElement, place: "list" | "history" | "page"): boolean {
      switch (key) {
        case "/": {
          const box = document.querySelector<HTMLTextAreaElement>("[data-composer]:not([readonly])");
          box?.focus();
          return box !== null;
        }
        case "?":
          store.dispatch({ type: "dialog", dialog: "shortcuts" });
          return true;
        case "h":
          document.querySelector<HTMLElement>(HISTORY)?.focus();
          return true;
        case "l":
          rowLink()?.focus();
          return true;
        case "j":
        case "k":
          if (place === "history") openBeside(key);
          else if (place === "list") target.dispatchEvent(new KeyboardEvent("keydown", { key: ARROW[key] ?? "", bubbles: true, cancelable: true }));
          else rowLink()?.focus();
          return true;
        default:
          return false;
      }
    }
    function onKeyDown(event: KeyboardEvent): void {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      const place = placeOf(event.target);
      if (place !== undefined && event.target instanceof HTMLElement && press(event.key, event.target, place)) event.preventDefault();
    }
    if (!singleKeys) return;
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [singleKeys, store]);
}
