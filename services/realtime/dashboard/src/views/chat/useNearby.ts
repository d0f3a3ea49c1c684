/** Which stretches of the history are drawn: those near the part that is seen. The others keep their place by their height. */
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import type { Chunk } from "../../state/chunks";

/** Drawn before it comes into view. */
const MARGIN = "1200px 0px";
/** Before anything is known of a stretch it is drawn at the edges, where pages join, else it has a guessed height. */
const EDGE = 6;
const GUESSED_ITEM_PX = 64;

export interface Nearby {
  /** Undefined when the stretch is to be drawn, else the height that stands for it. */
  heightOf(chunk: Chunk, index: number, count: number): number | undefined;
  /** A ref for the stretch's element. */
  watch(element: HTMLElement | null): (() => void) | undefined;
}

export function useNearby(scroller: RefObject<HTMLElement | null>): Nearby {
  const observer = useRef<IntersectionObserver>(undefined);
  const watched = useRef(new Set<HTMLElement>());
  /** The height of each stretch that is far; 0 of one that is near. */
  const [heights, setHeights] = useState<ReadonlyMap<string, number>>(new Map());

  useEffect(() => {
    observer.current = new IntersectionObserver(
      (entries) =>
        setHeights((before) => {
          const after = new Map(before);
          for (const { target, isIntersecting, boundingClientRect } of entries) {
            const key = (target as HTMLElement).dataset.chunk ?? "";
            // One that stands for its stretch already keeps its height.
            if (isIntersecting) after.set(key, 0);
            else if ((before.get(key) ?? 0) === 0) after.set(key, boundingClientRect.height);
          }
          return [...after].every(([key, height]) => before.get(key) === height) ? before : after;
        }),
      { root: scroller.current, rootMargin: MARGIN },
    );
    for (const element of watched.current) observer.current.observe(element);
    return () => observer.current?.disconnect();
  }, [scroller]);

  const watch = useCallback((element: HTMLElement | null) => {
    if (element === null) return undefined;
    watched.current.add(element);
    observer.current?.observe(element);
    return () => {
      watched.current.delete(element);
      observer.current?.unobserve(element);
    };
  }, []);

  const heightOf = useCallback(
    (chunk: Chunk, index: number, count: number) => {
      const known = heights.get(chunk.key);
      if (known !== undefined) return known === 0 ? undefined : known;
      return index < EDGE || index >= count - EDGE ? undefined : chunk.items.length * GUESSED_ITEM_PX;
    },
    [heights],
  );
  return { heightOf, watch };
}
