/** Conversations in hand, all to be handed on at once: to the AI, the queue or a colleague, each with what became of it. */
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import type { Agent } from "../../gateway/contract";
import { allGone, doneOf, failedOf, leftOf, type Letting, lettingOf, type Way, withChosen, withProgress, withRow } from "../../state/letting";
import { AgentPicker } from "../chat/AgentPicker";
import { useApp, useWords } from "../context";
import { Button } from "../parts/Button";
import { Choices } from "../parts/Choices";
import { TextArea } from "../parts/Field";
import { Modal } from "../parts/Modal";
import { Problem } from "../parts/Problem";
import { Loaded } from "../pages/Loaded";
import { InHand } from "./InHand";
import css from "./LettingGo.module.css";

interface Props {
  readonly agentIds: readonly string[];
  readonly title: string;
  readonly lead: (count: number) => string;
  readonly onClose: () => void;
  /** Called once when there is nothing in hand after all. */
  readonly onEmpty?: () => void;
  /** What can be done besides, before and after. */
  readonly foot?: (isOver: boolean) => ReactNode;
  readonly hint?: string | undefined;
}

export function LettingGoDialog({ agentIds, title, lead, onClose, onEmpty, foot, hint }: Props) {
  const app = useApp();
  const words = useWords();
  const query = useQuery({ queryKey: ["in hand", ...agentIds], queryFn: () => app.letting.inHand(agentIds), staleTime: Infinity, gcTime: 0, refetchOnWindowFocus: false });
  const [started, setStarted] = useState<Letting>();
  const letting = started ?? (query.data === undefined ? undefined : lettingOf(query.data));
  const [way, setWay] = useState<Way>("queue");
  const [agent, setAgent] = useState<Agent>();
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const told = useRef(false);
  const isEmpty = query.data?.length === 0;
  useEffect(() => {
    if (!isEmpty || told.current) return;
    told.current = true;
    onEmpty?.();
  }, [isEmpty, onEmpty]);

  async function submit(): Promise<void> {
    if (busy || letting === undefined) return;
    if (way === "agent" && agent === undefined) {
      setProblem(words.letting.chooseAgent);
      return;
    }
    setProblem(undefined);
    setBusy(true);
    setStarted(letting);
    await app.letting.handOn(leftOf(letting), { way, agentId: agent?.id, note }, (id, progress, now) =>
      setStarted((before) => {
        const after = withProgress(before ?? letting, id, progress);
        return now === undefined ? after : withRow(after, now);
      }),
    );
    setBusy(false);
  }

  const left = letting === undefined ? 0 : leftOf(letting).length;
  const failed = letting === undefined ? 0 : failedOf(letting);
  const isOver = letting !== undefined && letting.rows.length > 0 && allGone(letting);
  return (
    <Modal
      open
      wide
      onClose={() => !busy && onClose()}
      onSubmit={() => void submit()}
      title={title}
      lead={letting === undefined ? words.letting.loading : letting.rows.length === 0 ? words.letting.none : lead(letting.rows.length)}
      footer={
        <>
          <span className={css.progress} role="status">
            {isOver ? words.letting.finished : started !== undefined ? words.letting.progress(doneOf(started), started.rows.length) : ""}
          </span>
          <Problem text={problem} />
          {!isOver && !busy && (
            <Button kind="quiet" onClick={onClose}>
              {words.cancel}
            </Button>
          )}
          {foot?.(isOver)}
          {isOver ? (
            foot === undefined && (
              <Button kind="primary" onClick={onClose}>
                {words.close}
              </Button>
            )
          ) : (
            <Button kind="primary" type="submit" busy={busy} disabled={left === 0}>
              {failed > 0 && !busy ? words.letting.again(left) : words.letting.go(left)}
            </Button>
          )}
        </>
      }
    >
      <Loaded query={query} failed={words.letting.failed} lines={3}>
        {() =>
          letting !== undefined &&
          letting.rows.length > 0 && (
            <>
              {!isOver && (
                <fieldset className={css.how} disabled={busy}>
                  <legend className="visually-hidden">{words.letting.to}</legend>
                  <Choices
                    legend={words.letting.to}
                    value={way}
                    onChange={setWay}
                    options={(["queue", "ai", "agent"] as const).map((key) => ({ key, title: words.letting[key], text: words.letting[`${key}Text`] }))}
                  />
                  {way === "agent" && <AgentPicker value={agent?.id} onChange={setAgent} withoutId={agentIds.length === 1 ? agentIds[0] : undefined} />}
                  <TextArea label={words.letting.note} hint={words.optional} value={note} onChange={(event) => setNote(event.target.value)} />
                  {hint !== undefined && <p className={css.hint}>{hint}</p>}
                </fieldset>
              )}
              {started !== undefined && <progress className={css.bar} value={doneOf(started)} max={started.rows.length} aria-label={words.letting.progress(doneOf(started), started.rows.length)} />}
              <InHand letting={letting} busy={busy} showHolder={agentIds.length > 1} onChoose={(id, chosen) => setStarted(withChosen(letting, id, chosen))} />
            </>
          )
        }
      </Loaded>
    </Modal>
  );
}
