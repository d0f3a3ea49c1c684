/** Each agent's figures in a table that is sorted by any column. */
import { ArrowDown, ArrowUp } from "lucide-react";
import type { FiguresAnswer } from "../../../gateway/figures";
import { COLUMNS, type Column, DURATIONS, sorted, valueOf, type View } from "../../../state/analytics";
import { useFormat, useMe, useWords } from "../../context";
import { cx } from "../../cx";
import css from "./Analytics.module.css";

interface Props {
  readonly data: FiguresAnswer;
  readonly view: View;
  readonly zone: string;
  readonly onChange: (change: Partial<View>) => void;
}

export function Agents({ data, view, onChange }: Props) {
  const words = useWords().analytics;
  const supervises = useMe().account.role !== "agent";
  const title = supervises ? words.agents : words.yours;
  const agents = sorted(data.agents ?? [], view.sort, view.descending);
  if (agents.length === 0) return null;
  return (
    <section className={css.card}>
      <h2>{title}</h2>
      <div className={css.scroll} tabIndex={0} role="region" aria-label={title}>
        <table className={css.table}>
          <thead>
            <tr>
              {COLUMNS.map((column) => (
                <Head key={column} column={column} view={view} onChange={onChange} />
              ))}
            </tr>
          </thead>
          <tbody>
            {agents.map((agent) => (
              <tr key={agent.agent_id} data-agent={agent.agent_id}>
                <th scope="row">{agent.agent_name ?? words.formerAccount}</th>
                {COLUMNS.filter((column) => column !== "name").map((column) => (
                  <Cell key={column} column={column} value={valueOf(column, agent.figures)} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className={css.note}>{words.columnsNote}</p>
    </section>
  );
}

function Head({ column, view, onChange }: { readonly column: Column; readonly view: View; readonly onChange: Props["onChange"] }) {
  const words = useWords().analytics;
  const here = view.sort === column;
  const Arrow = view.descending ? ArrowDown : ArrowUp;
  return (
    <th scope="col" className={cx(column !== "name" && css.number)} aria-sort={here ? (view.descending ? "descending" : "ascending") : "none"}>
      <button type="button" className={css.sort} onClick={() => onChange({ sort: column, descending: here ? !view.descending : true })}>
        {words.columns[column]}
        {here && <Arrow size={12} aria-hidden />}
      </button>
    </th>
  );
}

function Cell({ column, value }: { readonly column: Column; readonly value: number | undefined }) {
  const words = useWords().analytics;
  const format = useFormat();
  return <td className={css.number}>{DURATIONS.has(column) ? format.duration(value, words.noValue) : format.count(value ?? 0)}</td>;
}
