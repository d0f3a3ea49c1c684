/** The JSON that the gateway speaks, by hand after proto/baton; proto/golden holds an example of each, and the tests read it. */

export type Holder = "ai" | "queue" | "human" | "closed";
export type Cause =
  | "started"
  | "agent"
  | "ai_request"
  | "user_request"
  | "returned"
  | "released"
  | "agent_away"
  | "disabled"
  | "transferred"
  | "handed_back"
  | "request_withdrawn"
  | "reopened"
  | "closed";
export type CloseReason = "resolved" | "no_answer" | "spam" | "other" | "ai_resolved" | "user_left" | "idle";
export type Priority = "low" | "normal" | "high" | "urgent";
export type Role = "agent" | "supervisor" | "administrator";
export type PresenceState = "available" | "away" | "offline";
export type DraftResolution = "inserted" | "discarded";

/** A moment: ISO 8601, UTC, milliseconds. */
export type Instant = string;

export interface AgentRef {
  readonly id: string;
  readonly display_name: string;
}

export interface AiAgentRef {
  readonly id: string;
  readonly name: string;
}

export interface EndUser {
  readonly id: string;
  readonly name?: string;
  readonly email?: string;
  readonly locale?: string;
}

export interface Control {
  readonly holder: Holder;
  readonly agent?: AgentRef;
  readonly since: Instant;
  readonly cause?: Cause;
  readonly ai_may_speak: boolean;
  readonly epoch: number;
  readonly close_reason?: CloseReason;
}

export interface SystemMessage {
  readonly code: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface Brief {
  readonly summary?: string;
  readonly decided?: string;
  readonly promised?: string;
  readonly not_to_be_said?: string;
}

interface WithSystemMessage {
  readonly system_message?: SystemMessage;
}

/** The body of each event type. */
export interface Bodies {
  conversation_started: { readonly user?: EndUser; readonly ai_agent?: AiAgentRef; readonly platform_conversation_id?: string; readonly attributes?: Readonly<Record<string, string>> };
  user_message: WithSystemMessage & { readonly text: string; readonly reopened?: boolean; readonly sent_at?: Instant };
  ai_message: { readonly text: string; readonly epoch?: number; readonly ai_agent?: AiAgentRef };
  ai_draft_withheld: { readonly text: string; readonly epoch?: number; readonly ai_agent?: AiAgentRef; readonly last_user_seq?: number };
  human_requested: WithSystemMessage & {
    readonly by?: "ai" | "user";
    readonly reason?: string;
    readonly summary?: string;
    readonly priority?: Priority;
    readonly suggested_reply?: string;
  };
  request_withdrawn: { readonly reason?: string };
  taken_over: WithSystemMessage & { readonly agent?: AgentRef; readonly from_holder?: Holder; readonly from_agent?: AgentRef; readonly cause?: Cause; readonly reason?: string };
  human_message: { readonly text: string; readonly agent?: AgentRef };
  handed_back: WithSystemMessage & { readonly by?: AgentRef; readonly brief?: Brief; readonly message?: string; readonly reply_due?: boolean };
  transferred: WithSystemMessage & {
    readonly from_holder?: Holder;
    readonly from_agent?: AgentRef;
    readonly to_agent?: AgentRef;
    readonly note?: string;
    readonly message?: string;
  };
  returned_to_queue: WithSystemMessage & { readonly from_agent?: AgentRef; readonly cause?: Cause; readonly reason?: string; readonly note?: string };
  draft_resolved: { readonly draft_seq: number; readonly resolution?: DraftResolution };
  note_added: { readonly text: string; readonly agent?: AgentRef };
  delivered: { readonly delivered_seq?: number; readonly shown_seq?: number };
  closed: WithSystemMessage & { readonly reason?: CloseReason; readonly by?: AgentRef; readonly from_holder?: Holder; readonly from_agent?: AgentRef };
  user_left: WithSystemMessage;
}

export type EventType = keyof Bodies;

export interface Actor {
  readonly kind: "platform" | "agent" | "system";
  readonly id?: string;
  readonly name?: string;
}

interface EventBase {
  readonly conversation_id: string;
  readonly seq: number;
  readonly at: Instant;
  readonly actor: Actor;
  readonly control: Control;
  readonly last_user_seq?: number;
  readonly delivered_seq?: number;
  readonly shown_seq?: number;
  readonly oldest_unanswered_at?: Instant;
  readonly user_message_count?: number;
  readonly user_left?: boolean;
  readonly command_id?: string;
  readonly platform_id?: string;
  readonly ai_agent?: AiAgentRef;
  readonly transferred_from_id?: string;
  readonly priority?: Priority;
}

export type EventOf<T extends EventType> = EventBase & { readonly type: T; readonly body: Bodies[T] };
/** One entry of a conversation's log. */
export type LogEvent = { [T in EventType]: EventOf<T> }[EventType];

export type AttentionClass = "needs_human" | "unanswered_by_human" | "unanswered_by_ai" | "calm" | "closed";

export interface Attention {
  readonly class: AttentionClass;
  readonly since?: Instant;
  readonly reasons?: readonly string[];
}

export interface LastMessage {
  readonly seq: number;
  readonly at: Instant;
  readonly author: "user" | "ai" | "human";
  readonly author_name?: string;
  readonly preview: string;
}

/** One line of the list; `seq` orders its versions. */
export interface Row {
  readonly conversation_id: string;
  readonly seq: number;
  readonly user?: EndUser;
  readonly ai_agent?: AiAgentRef;
  readonly started_at?: Instant;
  readonly control: Control;
  readonly last_message?: LastMessage;
  readonly oldest_unanswered_at?: Instant;
  readonly attention?: Attention;
  readonly user_message_count?: number;
  readonly unread?: number;
  readonly read_seq?: number;
  readonly user_left?: boolean;
  readonly priority?: Priority;
  readonly platform_id?: string;
  readonly transferred_from_id?: string;
}

/** State that an event may also take away: null in a patch means that it is gone. */
export type Clearable = "oldest_unanswered_at" | "priority" | "transferred_from_id";

/** What one event changes of a row: state fields always, names only at the start, the last message only with a message. */
export type RowPatch = Pick<Row, "conversation_id" | "seq" | "control"> &
  Partial<Omit<Row, Clearable>> & { readonly at?: Instant; /** The agent whose act it was. */ readonly by?: AgentRef } & { readonly [K in Clearable]?: Row[K] | null };

export interface Outcome {
  readonly conversation_id: string;
  readonly seq: number;
  readonly at: Instant;
  readonly control: Control;
  readonly repeated?: boolean;
}

export interface Account {
  readonly id: string;
  readonly workspace_id?: string;
  readonly email: string;
  readonly name: string;
  readonly display_name: string;
  readonly role: Role;
  readonly disabled?: boolean;
  readonly created_at?: Instant;
  readonly last_login_at?: Instant;
  readonly password_set?: boolean;
}

export interface SessionInfo {
  readonly account: Account;
  readonly workspace_name?: string;
}

export interface Counts {
  readonly open?: number;
  readonly needs_human?: number;
  readonly mine?: number;
  readonly ai?: number;
  readonly others?: number;
  readonly matching?: number;
}

export interface ListPage {
  readonly rows: readonly Row[];
  readonly next_page_token?: string;
  readonly counts: Counts;
  readonly projected_at: string;
}

export interface EventPage {
  readonly events: readonly LogEvent[];
  readonly more?: boolean;
}

/** A consumer through which an AI platform is told what agents say. */
export interface Watcher {
  readonly platform_id: string;
  readonly name: string;
  /** Absent or empty: all of the platform's. */
  readonly ai_agent_ids?: readonly string[];
  readonly connected?: boolean;
  readonly last_seen_at?: Instant;
}

export interface Agent {
  readonly id: string;
  readonly name: string;
  readonly display_name: string;
  readonly role: Role;
  readonly disabled?: boolean;
  readonly presence?: PresenceState;
  readonly since?: Instant;
  readonly open_conversations?: number;
  /** What runs against who is not there, as the server counts it; absent while it counts nothing. */
  readonly countdowns?: readonly Countdown[];
}

/** A conversation leaves its holder so long after the later of `counted_from` and its control's `since`; the first of several counts. */
export interface Countdown {
  readonly counted_from: Instant;
  readonly seconds: number;
}

export interface Template {
  readonly id: string;
  readonly name: string;
  readonly text: string;
  readonly owner_id?: string;
  readonly locale?: string;
  readonly folder?: string;
  readonly revision?: number;
  readonly uses?: number;
  readonly own_uses?: number;
  readonly changed_by_name?: string;
  readonly changed_at?: Instant;
}

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly platform_id?: string;
  readonly created_at?: Instant;
  readonly last_used_at?: Instant;
  readonly revoked?: boolean;
}
