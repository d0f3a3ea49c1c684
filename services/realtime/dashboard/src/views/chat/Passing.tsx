/** What passes: the AI composing (only under the epoch that is current), the user or a colleague typing. */
import type { Row } from "../../gateway/contract";
import { nameOf } from "../../state/notices";
import { useAppState, useMe, useWords } from "../context";
import { cx } from "../cx";
import { Avatar } from "../parts/Avatar";
import { Verbatim } from "../parts/Verbatim";
import css from "./History.module.css";

export function Passing({ id, row }: { readonly id: string; readonly row: Row | undefined }) {
  const words = useWords();
  const me = useMe().account;
  const fleeting = useAppState((state) => state.fleeting[id]);
  if (fleeting === undefined || row === undefined) return null;
  const { composing } = fleeting;
  const composes = composing?.epoch === row.control.epoch && row.control.ai_may_speak;
  const colleague = Object.entries(fleeting.typing).find(([agentId]) => agentId !== me.id)?.[1];
  return (
    <>
      {composes && (
        <div className={cx(css.message, css.passing)}>
          <span className={css.face}>
            <Avatar name="AI" tone="ai" small />
          </span>
          <p className={css.who}>{words.chat.composing(row.ai_agent?.name ?? words.chat.ai)}</p>
          <div className={css.bubble}>
            <Verbatim text={composing.text === "" ? "…" : composing.text} />
          </div>
        </div>
      )}
      {colleague !== undefined && <p className={css.typing}>{words.list.typing(colleague.name)}</p>}
      {fleeting.userTyping !== undefined && (
        <p className={css.typing}>
          {nameOf(row)} {words.chat.userTyping}
        </p>
      )}
    </>
  );
}
