/** Tabs of one account in one browser: they tell each other things, and one of them is the first. */

export interface Tabs<Message> {
  join(accountId: string, receive: (message: Message) => void): void;
  leave(): void;
  tell(message: Message): void;
  /** True in one tab of the account. */
  isFirst(): boolean;
}

/** Where the browser knows no locks (pages without https), every tab is the first. */
const locks = (): LockManager | undefined => (navigator as { readonly locks?: LockManager }).locks;

export function createTabs<Message>(): Tabs<Message> {
  let channel: BroadcastChannel | undefined;
  let giveUp: (() => void) | undefined;
  let first = false;

  function stand(accountId: string): void {
    const manager = locks();
    if (manager === undefined) {
      first = true;
      return;
    }
    const waiting = new AbortController();
    let release: () => void = () => undefined;
    giveUp = () => {
      waiting.abort();
      release();
    };
    // Held until this tab leaves or is closed; then the next in line is the first.
    manager
      .request(`baton.first.${accountId}`, { signal: waiting.signal }, () => {
        first = true;
        return new Promise<void>((resolve) => (release = resolve));
      })
      .catch(() => undefined); // Given up before it was its turn.
  }

  return {
    join(accountId, receive) {
      channel = new BroadcastChannel(`baton.${accountId}`);
      channel.onmessage = (event: MessageEvent<Message>) => receive(event.data);
      stand(accountId);
    },
    leave() {
      channel?.close();
      giveUp?.();
      [channel, giveUp, first] = [undefined, undefined, false];
    },
    tell: (message) => channel?.postMessage(message),
    isFirst: () => first,
  };
}
