/** What is said to those who do not see the screen: words that arrive in the open conversation, few at a time; at once only what must not be missed. */
import type { LogEvent } from "../gateway/contract";

export type Saying =
  | { readonly kind: "message"; /** "" for the end user. */ readonly name: string; readonly text: string }
  | { readonly kind: "messages"; readonly count: number }
  | { readonly kind: "control_lost"; readonly name: string; readonly to: string }
  | { readonly kind: "send_failed" };

export type Announcement = Saying & {
  /** Another one for each saying, so that the same words are said again. */
  readonly key: number;
};

/** Said at once, interrupting what is being said. */
export const isUrgent = (announcement: Announcement): boolean => announcement.kind === "control_lost" || announcement.kind === "send_failed";

export interface Arrival {
  readonly name: string;
  readonly text: string;
}

/** Others' words after `seq`: the user's, the AI's and colleagues', as whole messages. */
export function arrivals(events: readonly LogEvent[], seq: number, meId: string): readonly Arrival[] {
  // From the end on: a long history has few new events.
  const known = events.findLastIndex((event) => event.seq <= seq);
  return events.slice(known + 1).flatMap((event): Arrival[] => {
    switch (event.type) {
      case "user_message":
        return [{ name: "", text: event.body.text }];
      case "ai_message":
        return [{ name: event.body.ai_agent?.name ?? event.actor.name ?? "", text: event.body.text }];
      case "human_message":
        return event.body.agent?.id === meId ? [] : [{ name: event.body.agent?.display_name ?? "", text: event.body.text }];
      default:
        return [];
    }
  });
}
