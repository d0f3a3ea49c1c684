/** The JSON around the conversations: what administrators, and people in their own settings, send and get. */
import type { Account, Instant, Role } from "./contract";

/** A template as it is written; `revision` is the one that was read, 0 for a new one. */
export interface TemplateBody {
  readonly name: string;
  readonly text: string;
  readonly locale: string;
  readonly folder: string;
  readonly revision: number;
  readonly shared: boolean;
}

/** One login of one account. */
export interface LoginSession {
  readonly id: string;
  readonly created_at?: Instant;
  readonly last_used_at?: Instant;
  readonly user_agent?: string;
  readonly current?: boolean;
}

export interface ImportedRow {
  readonly email: string;
  readonly name: string;
  readonly display_name: string;
  readonly role?: Role;
}

export interface ImportResult {
  readonly account?: Account;
  readonly link_token?: string;
  readonly problem_reason?: string;
  readonly problem_field?: string;
  readonly problem?: string;
}

export interface ImportAnswer {
  readonly results: readonly ImportResult[];
  readonly applied: boolean;
}

/** One stretch of a week: 0 is Monday; minutes since local midnight, `closes` exclusive. */
export interface WeeklyHours {
  readonly weekday: number;
  readonly opens: number;
  readonly closes: number;
}

export interface SystemText {
  readonly language: string;
  readonly code: string;
  readonly text: string;
}

export interface WorkspaceSettings {
  readonly time_zone?: string;
  readonly hours: readonly WeeklyHours[];
  readonly grace_seconds: number;
  readonly away_seconds: number;
  readonly idle_seconds: number;
  readonly unanswered_seconds: number;
  readonly reopen: boolean;
  readonly default_language: string;
  readonly texts: readonly SystemText[];
  readonly revision: number;
}

export interface SettingsChange {
  readonly at: Instant;
  readonly account_name?: string;
  readonly changes: Readonly<Record<string, string>>;
}

export interface SettingsAnswer {
  readonly settings: WorkspaceSettings;
  readonly standard_texts: readonly SystemText[];
  readonly changes: readonly SettingsChange[];
}
