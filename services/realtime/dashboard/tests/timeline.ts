/** The items of a chat uncut, as the stretches that are drawn must make them. */
import type { AgentRef } from "../src/gateway/contract";
import type { Chat } from "../src/state/chat";
import { atBeginning, drawn, type Item, reachOf, receiptOf } from "../src/state/timeline";

export function timeline(chat: Chat, me: AgentRef, showUnread: boolean): readonly Item[] {
  return drawn(chat.events, chat.pending, atBeginning(chat, showUnread), { me, readAtOpening: chat.readAtOpening, receipt: receiptOf(reachOf(chat)) }).items;
}
