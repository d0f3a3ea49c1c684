/** What the AI did by itself, where a human was asked for, and what passed between people. */
import type { FiguresAnswer } from "../../../gateway/figures";
import type { RowsKey } from "../../../state/analytics";
import { useFormat, useWords } from "../../context";
import css from "./Analytics.module.css";
import { causeWord } from "./causeWord";
import { Defined } from "./Defined";

const PERCENT = 100;

export function AiPart({ data, onOpen }: { readonly data: FiguresAnswer; readonly onOpen: (rows: RowsKey) => void }) {
  const words = useWords().analytics;
  const format = useFormat();
  const count = (value: number | undefined) => format.count(value ?? 0);
  const share = (part: number | undefined, all: number | undefined) => (all ? `${format.count(Math.round(((part ?? 0) / all) * PERCENT))} %` : words.noValue);
  const { team } = data;
  const [ai, back, releases] = [team?.ai, team?.hand_backs, team?.releases ?? []];
  const released = releases.reduce((sum, one) => sum + (one.n ?? 0), 0);
  const items = [
    { key: "untouched", name: words.untouched, value: share(ai?.untouched, ai?.cases), text: words.ofCases(count(ai?.untouched), count(ai?.cases)) },
    { key: "escalated", name: words.escalated, value: share(ai?.escalated, ai?.cases), text: words.ofCases(count(ai?.escalated), count(ai?.cases)) },
    { key: "hand_backs", name: words.hand_backs, value: share(back?.held, back?.judged), text: words.ofJudged(count(back?.held), count(back?.judged), count(back?.made)) },
    { key: "transfers", name: words.transfers, value: count(team?.transfers_in), text: "" },
    { key: "releases", name: words.releases, value: format.count(released), text: releases.map((one) => `${count(one.n)} ${causeWord(words, one.word)}`).join(" · ") },
  ] as const;
  return (
    <section className={css.card}>
      <h2>{words.ai}</h2>
      <dl className={css.parts}>
        {items.map((item) => (
          <div key={item.key}>
            <dt>
              {item.name} <Defined figure={item.name} text={words.defs[item.key]} />
            </dt>
            <dd>
              <strong>{item.value}</strong>
              <span>{item.text}</span>
              <button type="button" className={css.link} onClick={() => onOpen(item.key)} aria-label={words.openOf(item.name)}>
                {words.open}
              </button>
            </dd>
          </div>
        ))}
      </dl>
      {(ai?.escalated_by_reason ?? []).length > 0 && (
        <>
          <h3 className={css.subtitle}>{words.reasons}</h3>
          <ul className={css.reasons}>
            {ai?.escalated_by_reason?.map((one) => (
              <li key={one.word ?? ""}>
                <span>{one.word ?? words.noReason}</span>
                <b>{count(one.n)}</b>
                <span className={css.bar} aria-hidden>
                  <i style={{ width: share(one.n, ai.escalated) }} />
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
