/** The gateway ring: frames, the socket that comes back, REST with one silent refresh. */
import { describe, expect, it, vi } from "vitest";
import { type OfflineError, type ProblemError, reasonOf } from "../src/gateway/errors";
import { meansStop, parseFrame } from "../src/gateway/frames";
import { createRest } from "../src/gateway/rest";
import { createSocket, pauseBefore, type SocketStatus } from "../src/gateway/socket";
import { testClock } from "./clock";
import { golden, goldenNames } from "./golden";

describe("frames", () => {
  it.each(goldenNames("frames/server"))("of type %s are understood", (name) => {
    expect(parseFrame(JSON.stringify(golden(`frames/server/${name}.json`)))?.type).toBe(name);
  });

  it("of a newer server's types are passed over", () => {
    expect(parseFrame('{"type":"something.new"}')).toBeUndefined();
  });

  it("end the socket for good from 4500 on", () => {
    expect([1006, 4000, 4499, 4500, 4999].map(meansStop)).toEqual([false, false, false, true, true]);
  });
});

class FakeSocket {
  static readonly OPEN = 1;
  readyState = 1;
  readonly sent: string[] = [];
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.readyState = 3;
  }

  says(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  drops(code: number): void {
    this.onclose?.({ code });
  }
}

function line() {
  const clock = testClock();
  const sockets: FakeSocket[] = [];
  const statuses: SocketStatus[] = [];
  const handlers = { onOpen: vi.fn(), onFrame: vi.fn(), onStatus: (status: SocketStatus) => statuses.push(status), beforeRetry: vi.fn(() => Promise.resolve()) };
  const connect = () => {
    const made = new FakeSocket();
    sockets.push(made);
    return made as unknown as WebSocket;
  };
  vi.stubGlobal("WebSocket", FakeSocket);
  const socket = createSocket(connect, clock, handlers, () => 1);
  socket.start();
  return { clock, sockets, statuses, handlers, socket };
}

describe("the socket", () => {
  it("is open when the server has said hello, and answers pings", () => {
    const { sockets, statuses, handlers } = line();
    sockets[0]?.says({ type: "hello", heartbeat_seconds: 5 });
    expect(statuses.at(-1)).toEqual({ phase: "open" });
    expect(handlers.onOpen).toHaveBeenCalledOnce();
    sockets[0]?.says({ type: "ping", cursor: "x" });
    expect(sockets[0]?.sent).toEqual(['{"type":"pong"}']);
  });

  it("comes back after a pause, having made sure of the session", async () => {
    const { clock, sockets, statuses, handlers } = line();
    sockets[0]?.says({ type: "hello" });
    sockets[0]?.drops(1006);
    expect(statuses.at(-1)).toMatchObject({ phase: "waiting", retryAt: clock.now() + 500 });
    clock.pass(500);
    await vi.waitFor(() => expect(sockets.length).toBe(2));
    expect(handlers.beforeRetry).toHaveBeenCalledOnce();
  });

  it("pauses longer each time, and never longer than 15 s", () => {
    expect([0, 1, 2, 10].map((attempt) => pauseBefore(attempt, 1))).toEqual([500, 1000, 2000, 15_000]);
    expect(pauseBefore(2, 0)).toBe(1000);
  });

  it("takes silence for a loss", () => {
    const { clock, sockets, statuses } = line();
    sockets[0]?.says({ type: "hello", heartbeat_seconds: 5 });
    clock.pass(12_000);
    expect(statuses.at(-1)?.phase).toBe("open");
    clock.pass(1000);
    expect(statuses.at(-1)?.phase).toBe("waiting");
  });

  it("stops when it is told to", () => {
    const { clock, sockets, statuses } = line();
    sockets[0]?.says({ type: "hello" });
    sockets[0]?.drops(4501);
    clock.pass(60_000);
    expect(statuses.at(-1)).toMatchObject({ phase: "stopped", closeCode: 4501 });
    expect(sockets.length).toBe(1);
  });
});

const answer = (status: number, body: unknown = {}) => new Response(JSON.stringify(body), { status });

describe("REST", () => {
  it("turns problem+json into a typed error", async () => {
    const rest = createRest(() => Promise.resolve(answer(409, golden("rest/problem.json"))), vi.fn());
    await expect(rest.send("POST", "/api/x", {})).rejects.toMatchObject({ status: 409, reason: "ALREADY_TAKEN", details: { agent_name: "Siti" } } satisfies Partial<ProblemError>);
  });

  it("refreshes once for all that find the session run out, and asks again", async () => {
    const seen: string[] = [];
    let fresh = false;
    const rest = createRest((path) => {
      if (typeof path === "string") seen.push(path);
      if (path === "/api/session/refresh") fresh = true;
      return Promise.resolve(fresh ? answer(200, { ok: path }) : answer(401));
    }, vi.fn());
    await Promise.all([rest.get("/api/a"), rest.get("/api/b")]);
    expect(seen.filter((path) => path === "/api/session/refresh").length).toBe(1);
    expect(seen.length).toBe(5);
  });

  it("says that the session is over when the refresh is refused", async () => {
    const over = vi.fn();
    const rest = createRest(() => Promise.resolve(answer(401, { reason: "SESSION_ENDED" })), over);
    await expect(rest.get("/api/a")).rejects.toMatchObject({ status: 401 });
    expect(over).toHaveBeenCalledOnce();
  });

  it("tells no answer from a refusal", async () => {
    const rest = createRest(() => Promise.reject(new TypeError("failed to fetch")), vi.fn());
    const error = await rest.get("/api/a").catch((reason: unknown) => reason as OfflineError);
    expect(reasonOf(error)).toBe("OFFLINE");
  });

  /** Says nothing, or begins to, until it is told to stop. */
  const silence =
    (begins: boolean): typeof fetch =>
    (_path, init) => {
      const over = new Promise<never>((_resolve, reject) => {
        init?.signal?.addEventListener("abort", () => reject(init.signal?.reason as Error));
      });
      return begins ? Promise.resolve(new Response(new ReadableStream({ pull: () => over }))) : over;
    };

  it.each([false, true])("does not wait for ever; an answer had begun: %s", async (begins) => {
    const error = await createRest(silence(begins), vi.fn(), 1)
      .get("/api/a")
      .catch((reason: unknown) => reason as OfflineError);
    expect(reasonOf(error)).toBe("OFFLINE");
  });

  it("tells a question that was taken back from one without an answer", async () => {
    const taken = new AbortController();
    const asked = createRest(silence(false), vi.fn()).get("/api/a", {}, taken.signal);
    taken.abort();
    await expect(asked).rejects.toMatchObject({ name: "AbortError" });
  });
});
