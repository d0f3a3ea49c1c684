/** Available or away, in the rail: colour, shape and words. */
import { CircleCheck, Moon } from "lucide-react";
import { useApp, useAppState, useMe, useWords } from "../context";
import { cx } from "../cx";
import { leave } from "./leave";
import css from "./PresenceSwitch.module.css";

export function PresenceSwitch() {
  const app = useApp();
  const words = useWords();
  const meId = useMe().account.id;
  const isAway = useAppState((state) => state.presence === "away");
  const Icon = isAway ? Moon : CircleCheck;
  return (
    <button
      type="button"
      role="switch"
      aria-checked={!isAway}
      aria-label={`${words.presence.label}: ${words.presence.available}`}
      title={isAway ? words.presence.toAvailable : words.presence.toAway}
      className={cx(css.presence, isAway && css.away)}
      onClick={() => (isAway ? app.alerting.setPresence("available") : void leave(app, meId, "going_away"))}
    >
      <Icon size={18} aria-hidden />
      <span aria-hidden>{isAway ? words.presence.away : words.presence.available}</span>
    </button>
  );
}
