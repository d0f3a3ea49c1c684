/** Keeps what is read where it is, to the pixel, whatever is drawn above it. */

export interface Anchor {
  readonly element: Element;
  /** Where it is in all that can be scrolled, in pixels: scrolling alone does not change it. */
  readonly offset: number;
}

const offsetOf = (box: HTMLElement, element: Element): number => element.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop;

/** The first message that is on the screen. */
export function anchorOf(box: HTMLElement): Anchor | undefined {
  const edge = box.getBoundingClientRect().top;
  const isSeen = (element: Element | undefined) => element !== undefined && element.getBoundingClientRect().bottom > edge;
  const parts = [...box.children];
  // They stand one below the other, so halving finds the first: this is asked at every step of scrolling.
  let [low, high] = [0, parts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isSeen(parts[middle])) high = middle;
    else low = middle + 1;
  }
  const chunk = parts.slice(low).find((part) => part instanceof HTMLElement && part.dataset.chunk !== undefined);
  // A day or the unread line may go when an older page comes; what was said stays.
  const element = chunk && [...chunk.children].find((child) => child.hasAttribute("data-seq") && isSeen(child));
  return element && { element, offset: offsetOf(box, element) };
}

/** Scroll by as much as the anchor has moved; one that is gone moves nothing. */
export function holdTo(box: HTMLElement, anchor: Anchor | undefined): void {
  if (anchor?.element.isConnected !== true) return;
  const moved = offsetOf(box, anchor.element) - anchor.offset;
  // Setting it would end a smooth scroll under way, so only when something moved.
  if (Math.abs(moved) >= 0.5) box.scrollTop += moved;
}
