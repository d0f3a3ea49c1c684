/** A refusal in words. */
import type { Ending } from "../use_cases/acting";
import type { Words } from "../words/en";

export function problemWords(words: Words, reason: string, who?: string): string {
  const known = words.problem;
  switch (reason) {
    case "ALREADY_TAKEN":
      return known.ALREADY_TAKEN(who ?? known.somebody);
    case "MESSAGE_NOT_FOUND":
      return words.desk.missingMessage;
    case "NOT_HOLDER":
    case "CONVERSATION_CLOSED":
    case "UNSEEN_MESSAGES":
    case "AGENT_NOT_FOUND":
    case "OFFLINE":
    case "UNAVAILABLE":
    case "ROLE_REQUIRED":
    case "TOO_MANY_LOGINS":
    case "SESSION_NOT_FOUND":
    case "ACCOUNT_NOT_FOUND":
    case "TEMPLATE_NOT_FOUND":
    case "TEMPLATE_NAME_TAKEN":
    case "EMAIL_TAKEN":
    case "LAST_ADMINISTRATOR":
    case "RESOURCE_EXHAUSTED":
    case "INVALID":
      return known[reason];
    default:
      return known.other(reason);
  }
}

/** The words of an ending that was no success. */
export function endingWords(words: Words, ending: Ending): string | undefined {
  return ending.ok ? undefined : problemWords(words, ending.reason, ending.who);
}
