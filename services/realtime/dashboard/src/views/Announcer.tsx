/** Says to screen readers what arrives in the open conversation, and at once what must not be missed. The only live region for what comes by itself. */
import { isUrgent } from "../state/announcing";
import { plainLine } from "../state/plain";
import { useAppState, useWords } from "./context";
import type { Words } from "../words/en";
import type { Announcement } from "../state/announcing";

const SAID_LENGTH = 300;

function said(announcement: Announcement, { announce }: Words): string {
  switch (announcement.kind) {
    case "message":
      return announce.message(announcement.name === "" ? announce.user : plainLine(announcement.name), plainLine(announcement.text, SAID_LENGTH));
    case "messages":
      return announce.messages(announcement.count);
    case "control_lost":
      return announce.lost(plainLine(announcement.name), plainLine(announcement.to));
    case "send_failed":
      return announce.failed;
  }
}

export function Announcer() {
  const words = useWords();
  const announcement = useAppState((state) => state.announcement);
  const line = announcement && <p key={announcement.key}>{said(announcement, words)}</p>;
  const urgent = announcement !== undefined && isUrgent(announcement);
  return (
    <div className="visually-hidden" data-announcer>
      <div aria-live="polite">{!urgent && line}</div>
      <div aria-live="assertive">{urgent && line}</div>
    </div>
  );
}
