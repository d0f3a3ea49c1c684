/** So many frames the box may take to come: its history comes first. */
const MOST_FRAMES = 600;

/** Put the caret into the message box once it is there, unless the focus has gone elsewhere meanwhile. */
export function focusComposer(from: Element | null): void {
  let frames = 0;
  const look = () => {
    const { activeElement } = document;
    if (activeElement !== from && activeElement !== document.body) return;
    const box = document.querySelector<HTMLTextAreaElement>("[data-composer]");
    if (box !== null) box.focus();
    else if (frames++ < MOST_FRAMES) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
