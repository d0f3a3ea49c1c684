/** Who works here: found at the start, begun by logging in, ended by logging out or by the server. */
import { ProblemError, reasonOf } from "../gateway/errors";
import type { Ports } from "./ports";

export interface SessionWork {
  /** Ask who is logged in; everything else starts with the answer. */
  begin(): Promise<void>;
  /** Returns the reason of a refusal, undefined when it went well. */
  logIn(email: string, password: string): Promise<string | undefined>;
  logOut(everywhere?: boolean): Promise<void>;
  /** The server ended the session. */
  ended(): void;
  /** Make sure that the session still lives (which also renews the access cookie); rejects when it cannot be known. */
  check(): Promise<void>;
}

export function createSessionWork(ports: Ports, hooks: { started(): void; stopped(): void }): SessionWork {
  const { api, store } = ports;

  function leave(expired: boolean): void {
    if (store.state().session.phase === "out") return;
    const wasIn = store.state().session.phase === "in";
    hooks.stopped();
    store.dispatch({ type: "session.out", expired: expired && wasIn });
  }

  return {
    async begin() {
      try {
        store.dispatch({ type: "session.in", info: await api.session.me() });
        hooks.started();
      } catch (error) {
        if (error instanceof ProblemError && error.status === 401) leave(false);
        else throw error;
      }
    },
    async logIn(email, password) {
      try {
        store.dispatch({ type: "session.in", info: await api.session.login(email, password) });
        // Who comes in is there, whatever they were when they left; a page that is only loaded again stays as it was.
        store.dispatch({ type: "presence", presence: "available" });
        hooks.started();
        return undefined;
      } catch (error) {
        return reasonOf(error);
      }
    },
    async logOut(everywhere = false) {
      // Also when no answer comes the page forgets; the cookies then run out by themselves.
      await api.session.logout(everywhere).catch(() => undefined);
      leave(false);
    },
    ended: () => leave(true),
    async check() {
      await api.session.me();
    },
  };
}
