/** Notifications of the operating system. */

export type Permission = "granted" | "default" | "denied" | "unsupported";

export interface Desktop {
  permission(): Permission;
  /** Ask the person; only when they have just pressed a button for it. */
  ask(): Promise<Permission>;
  /** The same id replaces what was shown. */
  show(id: string, title: string, body: string, onOpen: () => void): void;
  withdraw(id: string): void;
}

export function createDesktop(icon: string): Desktop {
  const shown = new Map<string, Notification>();
  const isKnown = "Notification" in window;

  return {
    permission: () => (isKnown ? Notification.permission : "unsupported"),
    ask: async () => (isKnown ? await Notification.requestPermission() : "unsupported"),
    show(id, title, body, onOpen) {
      try {
        // The page has a sound of its own, with a volume of its own.
        const notification = new Notification(title, { body, tag: id, icon, silent: true });
        shown.set(id, notification);
        notification.onclick = () => {
          notification.close();
          onOpen();
        };
        notification.onclose = () => {
          if (shown.get(id) === notification) shown.delete(id);
        };
      } catch {
        // Some browsers of phones know the name and refuse the thing.
      }
    },
    withdraw(id) {
      shown.get(id)?.close();
      shown.delete(id);
    },
  };
}
