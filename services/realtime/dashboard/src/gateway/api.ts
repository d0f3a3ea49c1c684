/** Every question and command of the dashboard, by name. Commands are idempotent by `command_id`: after an OfflineError the same may be sent again. */
import type { ImportAnswer, ImportedRow, LoginSession, SettingsAnswer, TemplateBody, WorkspaceSettings } from "./around";
import type {
  Account,
  Agent,
  ApiKey,
  Brief,
  CloseReason,
  DraftResolution,
  EventPage,
  ListPage,
  Outcome,
  Role,
  Row,
  SessionInfo,
  Template,
  Watcher,
} from "./contract";
import { figuresApi } from "./figures";
import type { Query, Rest } from "./rest";

export interface Command {
  readonly command_id: string;
}

type Path = `/${string}`;

export function createApi(rest: Rest) {
  const post = <T>(path: Path, body: unknown = {}) => rest.send<T>("POST", path, body);
  const command = (id: string, name: string, body: Command) => post<Outcome>(`/api/conversations/${encodeURIComponent(id)}/${name}`, body);
  const account = (id: string): Path => `/api/admin/accounts/${encodeURIComponent(id)}`;

  return {
    session: {
      login: (email: string, password: string) => post<SessionInfo>("/api/session/login", { email, password }),
      me: () => rest.get<SessionInfo>("/api/session"),
      logout: (everywhere = false) => post<unknown>("/api/session/logout", { everywhere }),
      /** Where the caller is logged in. */
      all: async () => (await rest.get<{ sessions?: readonly LoginSession[] }>("/api/session/all")).sessions ?? [],
      end: (id: string) => rest.send<unknown>("DELETE", `/api/session/all/${encodeURIComponent(id)}`),
      changePassword: (old_password: string, new_password: string) => post<unknown>("/api/session/password", { old_password, new_password }),
      setPassword: (link_token: string, password: string) => post<unknown>("/api/session/set-password", { link_token, password }),
    },
    conversations: {
      list: (query: Query, signal?: AbortSignal) => rest.get<ListPage>("/api/conversations", query, signal),
      row: async (id: string) => {
        const answer = await rest.get<Row | { readonly row: Row }>(`/api/conversations/${encodeURIComponent(id)}`);
        return "row" in answer ? answer.row : answer;
      },
      events: (id: string, query: { before_seq?: number; after_seq?: number; limit?: number }) =>
        rest.get<EventPage>(`/api/conversations/${encodeURIComponent(id)}/events`, query),
      landmarks: (id: string) => rest.get<EventPage>(`/api/conversations/${encodeURIComponent(id)}/landmarks`),
      find: (id: string, text: string, before_seq?: number) => rest.get<EventPage>(`/api/conversations/${encodeURIComponent(id)}/found`, before_seq === undefined ? { text } : { text, before_seq }),
      takeOver: (id: string, body: Command & { reason?: string }) => command(id, "take-over", body),
      sendMessage: (id: string, body: Command & { text: string; seen_seq: number }) => command(id, "messages", body),
      handBack: (id: string, body: Command & { seen_seq: number; brief?: Brief; message?: string }) => command(id, "hand-back", body),
      transfer: (id: string, body: Command & { seen_seq: number; to_agent_id: string; note?: string; message?: string }) => command(id, "transfer", body),
      release: (id: string, body: Command & { reason?: string; note?: string }) => command(id, "release", body),
      close: (id: string, body: Command & { reason: CloseReason }) => command(id, "close", body),
      addNote: (id: string, body: Command & { text: string }) => command(id, "notes", body),
      resolveDraft: (id: string, seq: number, body: Command & { resolution: DraftResolution }) => command(id, `drafts/${seq}/resolve`, body),
      dismissRequest: (id: string, body: Command & { epoch: number }) => command(id, "dismiss-request", body),
      markRead: (id: string, seq: number) => post<{ read_seq?: number; unread?: number }>(`/api/conversations/${encodeURIComponent(id)}/read`, { seq }),
    },
    agents: async () => (await rest.get<{ agents?: readonly Agent[] }>("/api/agents")).agents ?? [],
    watchers: async () => (await rest.get<{ watchers?: readonly Watcher[] }>("/api/watchers")).watchers ?? [],
    templates: async () => (await rest.get<{ templates?: readonly Template[] }>("/api/templates")).templates ?? [],
    template: {
      /** Rejects with TEMPLATE_CHANGED when somebody changed it since `revision`. */
      put: (id: string | undefined, body: TemplateBody) => rest.send<Template>("PUT", id === undefined ? "/api/templates" : `/api/templates/${encodeURIComponent(id)}`, body),
      remove: (id: string) => rest.send<unknown>("DELETE", `/api/templates/${encodeURIComponent(id)}`),
      used: (id: string) => post<unknown>(`/api/templates/${encodeURIComponent(id)}/uses`),
    },
    settings: {
      get: () => rest.get<SettingsAnswer>("/api/workspace/settings"),
      /** Rejects with SETTINGS_CHANGED when somebody changed them since `revision`. */
      put: (body: WorkspaceSettings) => rest.send<WorkspaceSettings>("PUT", "/api/workspace/settings", body),
    },
    analytics: figuresApi(rest),
    admin: {
      accounts: async () => (await rest.get<{ accounts?: readonly Account[] }>("/api/admin/accounts")).accounts ?? [],
      createAccount: (body: { email: string; name: string; display_name?: string; role: Role }) =>
        post<{ account: Account; link_token: string; link?: string }>("/api/admin/accounts", body),
      updateAccount: (id: string, body: { name?: string; display_name?: string; role?: Role; disabled?: boolean }) => rest.send<unknown>("PATCH", account(id), body),
      passwordLink: (id: string) => post<{ link_token: string; link?: string }>(`${account(id)}/password-link`),
      importAccounts: (rows: readonly ImportedRow[], dry_run: boolean) => post<ImportAnswer>("/api/admin/accounts/import", { rows, dry_run }),
      sessions: async (id: string) => (await rest.get<{ sessions?: readonly LoginSession[] }>(`${account(id)}/sessions`)).sessions ?? [],
      /** Without a session: all of them. */
      endSessions: (id: string, session?: string) => rest.send<unknown>("DELETE", `${account(id)}/sessions${session === undefined ? "" : `/${encodeURIComponent(session)}`}`),
      apiKeys: async () => (await rest.get<{ keys?: readonly ApiKey[] }>("/api/admin/api-keys")).keys ?? [],
      createApiKey: (body: { name: string; platform_id?: string }) => post<{ key: ApiKey; secret: string }>("/api/admin/api-keys", body),
      revokeApiKey: (id: string) => rest.send<unknown>("DELETE", `/api/admin/api-keys/${encodeURIComponent(id)}`),
    },
  };
}

export type Api = ReturnType<typeof createApi>;
