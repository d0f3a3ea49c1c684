/** What came between reading and answering. */
import type { LogEvent } from "../gateway/contract";

export interface UnseenMessage {
  readonly seq: number;
  readonly at: string;
  /** Of the colleague; absent for the end user. */
  readonly colleague?: string;
  readonly text: string;
}

/** Messages after `seq` that an answer should know of: the user's and colleagues', nothing else. */
export function unseenMessages(events: readonly LogEvent[], seq: number, meId: string): readonly UnseenMessage[] {
  return events.flatMap((event): UnseenMessage[] => {
    if (event.seq <= seq) return [];
    if (event.type === "user_message") return [{ seq: event.seq, at: event.at, text: event.body.text }];
    if (event.type !== "human_message" || event.body.agent?.id === meId) return [];
    return [{ seq: event.seq, at: event.at, text: event.body.text, colleague: event.body.agent?.display_name ?? "" }];
  });
}
