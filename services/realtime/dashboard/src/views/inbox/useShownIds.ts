/** Which rows are shown, in which order: held still while someone points at them, and the chosen row stays until one leaves it. */
import { useMemo, useState } from "react";
import { createOrder, heldOrder, withKept, withTail } from "../../state/list";
import { useAppState, useMe } from "../context";

export interface ShownIds {
  readonly ids: readonly string[];
  /** How many new ones wait behind the button while the order is held. */
  readonly waiting: number;
  readonly release: () => void;
}

export function useShownIds(held: boolean, selectedId: string | undefined): ShownIds {
  const meId = useMe().account.id;
  const list = useAppState((state) => state.list);
  const [ordered] = useState(createOrder);
  const live = useAppState((state) => ordered(state.rows, state.list, meId));
  const isKnown = useAppState((state) => selectedId !== undefined && state.rows[selectedId] !== undefined);
  const { filters, answered } = list;
  const [kept, setKept] = useState({ ids: live, filters, answered });
  // Another question, or its first answer: the former order means nothing any more.
  const asked = kept.filters !== filters || kept.answered !== answered;
  // Asked for with every frame of scrolling: only a new order makes it anew.
  const tailed = useMemo(() => withTail(kept.ids, live), [kept.ids, live]);
  const next = held && !asked ? tailed : withKept(kept.ids, live, isKnown ? selectedId : undefined);
  const same = next === kept.ids || (next.length === kept.ids.length && next.every((id, index) => id === kept.ids[index]));
  if (!same || asked) setKept({ ids: next, filters, answered });
  const shown = same ? kept.ids : next;
  const { waiting } = useMemo(() => heldOrder(shown, live), [shown, live]);
  return { ids: shown, waiting, release: () => setKept({ ids: live, filters, answered }) };
}
