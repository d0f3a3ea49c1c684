/** REST with cookies: JSON in and out, problem+json as ProblemError, and one silent refresh when the access cookie has run out. */
import { OfflineError, problemOf, ProblemError } from "./errors";
import { traceparent } from "./trace";

export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

export interface Rest {
  get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T>;
  send<T>(method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<T>;
}

const REFRESH = "/api/session/refresh";
/** The gateway itself answers within ten seconds; a gateway that vanished with its machine says nothing for as long as TCP hopes. */
const ANSWER_MS = 15_000;
/** A 401 of these is an answer, not a run-out cookie. */
const NEVER_REFRESHED = new Set([REFRESH, "/api/session/login", "/api/session/set-password"]);

function address(path: string, query: Query): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined || value === "") continue;
    for (const item of typeof value === "object" ? value : [String(value)]) search.append(key, item);
  }
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** Make the client. `onSignedOut` is called when even the refresh was refused: the session is over. */
export function createRest(fetchFn: typeof fetch, onSignedOut: () => void, answerMs = ANSWER_MS): Rest {
  let refreshing: Promise<boolean> | undefined;

  async function once(path: string, init: RequestInit): Promise<Response> {
    const late = AbortSignal.timeout(answerMs);
    try {
      const response = await fetchFn(path, { credentials: "same-origin", ...init, signal: init.signal ? AbortSignal.any([init.signal, late]) : late });
      // To its end: one that breaks off is no answer, and one that is left lying holds its connection.
      await response.clone().arrayBuffer();
      return response;
    } catch (error) {
      if (init.signal?.aborted === true) throw error;
      throw new OfflineError();
    }
  }

  async function refresh(): Promise<boolean> {
    const response = await once(REFRESH, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });
    if (response.ok) return true;
    if (response.status === 401 || response.status === 403) return false;
    throw await problemOf(response);
  }

  async function call<T>(path: string, init: RequestInit): Promise<T> {
    let response = await once(path, init);
    if (response.status === 401 && !NEVER_REFRESHED.has(path)) {
      // A wrong old password is an answer about the password, not about the session.
      const refusal = await problemOf(response.clone());
      if (refusal.reason === "LOGIN_FAILED") throw refusal;
      // Several requests find the cookie run out at once: one refresh serves them all.
      refreshing ??= refresh().finally(() => (refreshing = undefined));
      if (await refreshing) response = await once(path, init);
      if (response.status === 401) {
        const problem = await problemOf(response);
        onSignedOut();
        throw problem;
      }
    }
    if (!response.ok) throw await problemOf(response);
    if (response.status === 204) return undefined as T;
    const text = await response.text();
    if (text === "") return undefined as T;
    try {
      return JSON.parse(text) as T;
    } catch {
      throw new ProblemError(response.status, "NOT_JSON", "the answer was not JSON");
    }
  }

  return {
    get: (path, query = {}, signal) => call(address(path, query), signal ? { signal } : {}),
    send: (method, path, body) => {
      const headers = { traceparent: traceparent() };
      return call(
        path,
        body === undefined ? { method, headers } : { method, headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(body) },
      );
    },
  };
}
