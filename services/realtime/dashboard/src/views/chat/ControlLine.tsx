/** One line of the control history: who, what, when, why. */
import type { ControlEntry } from "../../state/insights";
import { useFormat, useMe, useWords } from "../context";
import type { Words } from "../../words/en";
import { cx } from "../cx";
import { Short } from "../parts/Short";
import css from "./SidePanel.module.css";

const TONE: Readonly<Record<ControlEntry["kind"], string | undefined>> = {
  started: css.ai,
  requested: css.need,
  withdrawn: css.ai,
  taken: css.human,
  handed_back: css.ai,
  transferred: css.human,
  returned: css.need,
  closed: undefined,
  reopened: css.ai,
};

function title(entry: ControlEntry, words: Words, meId: string): string {
  const say = words.control;
  switch (entry.kind) {
    case "started":
      return say.started(entry.name);
    case "requested":
      return entry.by === "user" ? say.requestedUser : say.requestedAi;
    case "withdrawn":
      return say.withdrawn;
    case "taken":
      if (entry.agentId === meId) return entry.from === "" ? say.takenByYou : say.takenFromByYou(entry.from);
      return entry.from === "" ? say.taken(entry.name) : say.takenFrom(entry.name, entry.from);
    case "handed_back":
      return entry.agentId === meId ? say.handedBackByYou : say.handedBack(entry.name);
    case "transferred":
      return say.transferred(entry.from, entry.to);
    case "returned":
      return entry.cause === "agent_away" ? say.away(entry.from) : say.returned(entry.from);
    case "closed":
      return entry.by === "" ? say.closed : say.closedBy(entry.by);
    case "reopened":
      return say.reopened;
  }
}

function why(entry: ControlEntry, words: Words): readonly string[] {
  switch (entry.kind) {
    case "requested":
    case "taken":
      return [entry.reason];
    case "transferred":
    case "returned":
      return [entry.note];
    case "closed":
      return entry.reason === undefined ? [] : [words.closeReason[entry.reason]];
    case "handed_back":
      return [entry.brief?.summary, entry.brief?.decided, entry.brief?.promised].filter((text) => text !== undefined);
    default:
      return [];
  }
}

export function ControlLine({ entry }: { readonly entry: ControlEntry }) {
  const words = useWords();
  const format = useFormat();
  const meId = useMe().account.id;
  return (
    <li className={cx(css.entry, TONE[entry.kind])}>
      <div>
        <p>{title(entry, words, meId)}</p>
        {why(entry, words)
          .filter((text) => text !== "")
          .map((text) => (
            <p key={text} className={css.quote}>
              {text}
            </p>
          ))}
        <p className={css.small}>
          <time dateTime={entry.at} title={format.exact(entry.at)}>
            <Short at={entry.at} />
          </time>
          {entry.kind === "taken" && ` · ${words.control.silent}`}
        </p>
      </div>
    </li>
  );
}
