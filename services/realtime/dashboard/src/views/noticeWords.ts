/** A notice in words. */
import { nameOf, type Notice, targetOf } from "../state/notices";
import { plainLine } from "../state/plain";
import type { Rows } from "../state/rows";
import type { Words } from "../words/en";
import { problemWords } from "./problem";

const NAME_LENGTH = 60;

export function noticeTitle(notice: Notice, words: Words, rows: Rows): string {
  const say = words.notices;
  const name = "name" in notice ? plainLine(notice.name, NAME_LENGTH) : "";
  switch (notice.kind) {
    case "new": {
      const newest = rows[targetOf(notice) ?? ""];
      const text = say.new(notice.conversationIds.length);
      return notice.conversationIds.length === 1 && newest !== undefined ? `${text}: ${plainLine(nameOf(newest), NAME_LENGTH)}` : text;
    }
    case "message":
      return notice.count === 1 ? say.message(name) : say.messages(name, notice.count);
    case "needs_human":
      return say.needs(name);
    case "given_to_me":
      return say.given(name, notice.from);
    case "control_lost":
      return lostWords(notice, name, words);
    case "transferred":
      return say.transferred(notice.to);
    case "problem":
      return problemWords(words, notice.reason, notice.who);
  }
}

function lostWords(notice: Extract<Notice, { kind: "control_lost" }>, name: string, { notices }: Words): string {
  switch (notice.went) {
    case "human":
      return notices.lost(name, notice.to);
    case "ai":
      return notices.lostToAi(name, notice.to);
    case "queue":
      return notices.lostToQueue(name);
    case "closed":
      return notices.lostClosed(name);
  }
}

/** What stands under the title: the user's own words, where there are some. */
export function noticeBody(notice: Notice): string {
  return notice.kind === "message" ? plainLine(notice.preview, 160) : "";
}
