/** What a log says besides the messages; the same object while only messages come, many of which may. */
import { useMemo } from "react";
import type { LogEvent } from "../../gateway/contract";
import { type Chat, knownEvents } from "../../state/chat";

const NONE: readonly LogEvent[] = [];

export function useKnownEvents(chat: Chat | undefined): readonly LogEvent[] {
  const { telling = NONE, landmarks = NONE } = chat ?? {};
  const first = chat?.events[0];
  return useMemo(() => knownEvents({ events: first === undefined ? [] : [first], telling, landmarks }), [first, telling, landmarks]);
}
