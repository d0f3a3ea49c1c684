/** The part of the state that is about the person before the page: present or not, looking or not, what they want to be told, and what is told to them. */
import type { Action, AppState } from "./app";
import { addressedToMe, passed, type Notice, withoutNotice, withoutOpened, type Watcher } from "./notices";
import type { AlertSettings } from "./alerts";
import type { Announcement } from "./announcing";

/** Dialogs that can be opened from anywhere. */
export type GlobalDialog = "notifications" | "shortcuts" | "commands" | "going_away" | "logging_out";

export interface Attending {
  /** As chosen with the switch; that a socket is there says the server. */
  readonly presence: "available" | "away";
  /** Chosen here, and the server has not said yet that it has heard it. */
  readonly presenceDue?: boolean;
  /** The page is visible and has the focus. */
  readonly watched: boolean;
  /** The conversation that is open in the chat panel. */
  readonly openId?: string | undefined;
  readonly alerts: AlertSettings;
  /** What the announcer says now. */
  readonly announcement?: Announcement | undefined;
  readonly dialog?: GlobalDialog | undefined;
}

export type AttendingAction =
  | { readonly type: "presence"; readonly presence: Attending["presence"] }
  /** The server says what this person is set to, here or elsewhere, now or before the page was loaded. */
  | { readonly type: "presence.told"; readonly presence: Attending["presence"] }
  | { readonly type: "watched"; readonly watched: boolean }
  | { readonly type: "chat.left"; readonly id: string }
  | { readonly type: "alerts.chosen"; readonly alerts: AlertSettings }
  | { readonly type: "announced"; readonly announcement: Announcement }
  | { readonly type: "dialog"; readonly dialog: GlobalDialog | undefined };

export function attendingPart(state: AppState, action: Action): Partial<Attending> & { readonly notices?: readonly Notice[] } {
  switch (action.type) {
    case "presence":
      return { presenceDue: true, ...withPresence(state, action.presence) };
    case "presence.told":
      if (action.presence === state.presence) return { presenceDue: false };
      // From before what was chosen here.
      return state.presenceDue === true ? {} : withPresence(state, action.presence);
    case "watched":
      return state.watched === action.watched ? {} : { watched: action.watched };
    case "chat.opened":
      return { openId: action.id, notices: withoutOpened(state.notices, action.id) };
    case "chat.left":
      return state.openId === action.id ? { openId: undefined } : {};
    case "alerts.chosen":
      return { alerts: action.alerts };
    case "announced":
      return { announcement: action.announcement };
    case "dialog":
      return { dialog: action.dialog };
    case "row.read":
      return action.unread === 0 ? { notices: withoutNotice(state.notices, `message-${action.id}`) } : {};
    case "tick": {
      const notices = passed(state.notices, action.now, state.watched);
      return notices === state.notices ? {} : { notices };
    }
    default:
      return {};
  }
}

function withPresence(state: AppState, presence: Attending["presence"]): Partial<Attending> & { readonly notices?: readonly Notice[] } {
  return { presence, ...(presence === "away" ? { notices: addressedToMe(state.notices) } : {}) };
}

/** Who is told of a conversation's happenings. */
export function watcherOf(state: AppState, conversationId: string): Watcher {
  return {
    meId: state.session.phase === "in" ? state.session.account.id : "",
    available: state.presence === "available",
    looking: state.watched ? state.openId : undefined,
    ownEpoch: state.acknowledged[conversationId]?.control.epoch,
  };
}
