/** The Handover dialog and its three ways: the AI with a brief, a colleague, or back to the queue. */
import { useState } from "react";
import type { Agent, Row } from "../../gateway/contract";
import { rightsOf } from "../../state/control";
import { nameOf } from "../../state/notices";
import { useApp, useAppState, useMe, useWords } from "../context";
import { Button } from "../parts/Button";
import { Choices } from "../parts/Choices";
import { TextArea, TextField } from "../parts/Field";
import { Modal } from "../parts/Modal";
import { Problem } from "../parts/Problem";
import { endingWords } from "../problem";
import { useConnected } from "../reach";
import { AgentPicker } from "./AgentPicker";
import css from "./HandoverDialog.module.css";
import { UnseenBox } from "./UnseenBox";
import type { Ending } from "../../use_cases/acting";

type Way = "ai" | "agent" | "queue";

const NO_BRIEF = { summary: "", decided: "", promised: "", not_to_be_said: "" };

export function HandoverDialog({ row, onClose }: { readonly row: Row; readonly onClose: () => void }) {
  const app = useApp();
  const words = useWords();
  const me = useMe().account;
  const id = row.conversation_id;
  const chat = useAppState((state) => state.chats[id]);
  const rights = rightsOf(row.control, me, row.transferred_from_id);
  const [way, setWay] = useState<Way>(rights.handBack ? "ai" : "agent");
  const [agent, setAgent] = useState<Agent>();
  const [message, setMessage] = useState("");
  const [note, setNote] = useState("");
  const [brief, setBrief] = useState(NO_BRIEF);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const connected = useConnected(row);
  const [warned, setWarned] = useState(false);
  const [unseenAfter, setUnseenAfter] = useState<number>();

  function hand(): Promise<Ending> | undefined {
    if (way === "ai") return app.acting.handBack(id, Object.fromEntries(Object.entries(brief).filter(([, text]) => text.trim() !== "")), message);
    if (way === "queue") return app.acting.release(id, "", note);
    return agent && app.acting.transfer(id, agent.id, note, message);
  }

  async function submit(): Promise<void> {
    if (busy) return;
    if (way === "ai" && connected === false && !warned) {
      setWarned(true);
      setProblem(words.desk.platform.handBack(row.ai_agent?.name ?? words.chat.ai));
      return;
    }
    const seenBefore = chat?.seenSeq ?? 0;
    const handing = hand();
    if (handing === undefined) {
      setProblem(words.handover.chooseAgent);
      return;
    }
    setBusy(true);
    const ended = await handing;
    setBusy(false);
    if (ended.ok) {
      if (way === "agent" && agent) app.tellTransferred(id, agent.display_name);
      onClose();
    } else if (ended.reason === "UNSEEN_MESSAGES") {
      setUnseenAfter(seenBefore);
      setProblem(undefined);
    } else {
      setProblem(endingWords(words, ended));
    }
  }

  const field = (key: keyof typeof NO_BRIEF, label: string) => (
    <TextField label={label} value={brief[key]} onChange={(event) => setBrief({ ...brief, [key]: event.target.value })} />
  );

  return (
    <Modal
      open
      wide
      onClose={onClose}
      onSubmit={() => void submit()}
      title={words.handover.title}
      lead={words.handover.lead(nameOf(row))}
      footer={
        <>
          <Problem text={problem} />
          <Button kind="quiet" onClick={onClose}>
            {words.cancel}
          </Button>
          <Button kind="primary" type="submit" busy={busy}>
            {busy ? words.handover.busy : words.handover.submit}
          </Button>
        </>
      }
    >
      <Choices
        legend={words.handover.way}
        value={way}
        onChange={setWay}
        options={[
          { key: "ai", title: words.handover.ai, text: words.handover.aiText(row.ai_agent?.name ?? words.chat.ai), disabled: !rights.handBack },
          { key: "agent", title: words.handover.agent, text: words.handover.agentText, disabled: !rights.transfer },
          { key: "queue", title: words.handover.queue, text: words.handover.queueText, disabled: !rights.release },
        ]}
      />
      {way === "agent" && <AgentPicker value={agent?.id} onChange={setAgent} withoutId={row.control.agent?.id} />}
      {way !== "queue" && <TextArea label={words.handover.message} hint={words.optional} value={message} onChange={(event) => setMessage(event.target.value)} />}
      {way !== "ai" && (
        <TextArea
          label={way === "queue" ? words.handover.noteQueue : agent ? words.handover.note(agent.display_name) : words.handover.noteColleague}
          hint={`${words.optional} · ${words.handover.onlyColleagues}`}
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
      )}
      {way === "ai" && (
        <fieldset className={css.brief}>
          <legend>{words.handover.briefTitle}</legend>
          {field("summary", words.handover.summary)}
          {field("decided", words.handover.decided)}
          {field("promised", words.handover.promised)}
          {field("not_to_be_said", words.handover.notToBeSaid)}
        </fieldset>
      )}
      {unseenAfter !== undefined && chat !== undefined && (
        <div className={css.unseen}>
          <UnseenBox chat={chat} row={row} after={unseenAfter} text={words.handover.unseen} />
        </div>
      )}
    </Modal>
  );
}
