/** Going away and logging out: at once with nothing in hand, else after the question who goes on. */
import type { App } from "../../use_cases/app";

export type Why = "going_away" | "logging_out";

export function leaveNow(app: App, why: Why): void {
  if (why === "going_away") app.alerting.setPresence("away");
  else void app.session.logOut();
}

export async function leave(app: App, meId: string, why: Why): Promise<void> {
  // Where it cannot be known nobody is kept from leaving: the grace period brings back what they hold.
  const rows = await app.letting.inHand([meId]).catch(() => []);
  if (rows.length === 0) leaveNow(app, why);
  else app.ports.store.dispatch({ type: "dialog", dialog: why });
}
