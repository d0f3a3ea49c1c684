/** Before one goes: who goes on with what one has in hand. */
import { useQuery } from "@tanstack/react-query";
import { useApp, useFormat, useMe, useWords } from "../context";
import { Button } from "../parts/Button";
import { leaveNow, type Why } from "./leave";
import { LettingGoDialog } from "./LettingGoDialog";

export function Leaving({ why, onClose }: { readonly why: Why; readonly onClose: () => void }) {
  const app = useApp();
  const words = useWords();
  const format = useFormat();
  const me = useMe().account;
  const { data } = useQuery({ queryKey: ["settings"], queryFn: app.ports.api.settings.get });
  const isAway = why === "going_away";
  const seconds = isAway ? data?.settings.away_seconds : data?.settings.grace_seconds;
  const hint = isAway ? words.letting.keepAwayText : words.letting.keepLogoutText;

  function go(): void {
    onClose();
    leaveNow(app, why);
  }

  return (
    <LettingGoDialog
      agentIds={[me.id]}
      title={isAway ? words.letting.awayTitle : words.letting.logoutTitle}
      lead={words.letting.awayLead}
      onClose={onClose}
      onEmpty={go}
      foot={(isOver) => (
        <Button kind={isOver ? "primary" : "quiet"} onClick={go} title={isOver || seconds === undefined ? undefined : hint(format.age(seconds * 1000))}>
          {isOver ? (isAway ? words.letting.thenAway : words.letting.thenLogout) : isAway ? words.letting.keepAway : words.letting.keepLogout}
        </Button>
      )}
      hint={seconds === undefined ? undefined : hint(format.age(seconds * 1000))}
    />
  );
}
