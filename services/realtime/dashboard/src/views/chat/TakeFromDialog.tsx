/** A supervisor takes a conversation from another human: asked once, with the reason that the holder sees. */
import { useState } from "react";
import type { Row } from "../../gateway/contract";
import { useApp, useAppState, useWords } from "../context";
import { Button } from "../parts/Button";
import { TextField } from "../parts/Field";
import { Modal } from "../parts/Modal";

export function TakeFromDialog({ row, onClose }: { readonly row: Row; readonly onClose: () => void }) {
  const app = useApp();
  const words = useWords();
  const id = row.conversation_id;
  const holder = row.control.agent;
  const typing = useAppState((state) => state.fleeting[id]?.typing[holder?.id ?? ""] !== undefined);
  const busy = useAppState((state) => state.taking.has(id));
  const [reason, setReason] = useState("");
  const name = holder?.display_name ?? words.problem.somebody;

  async function take(): Promise<void> {
    if (reason.trim() === "" || busy) return;
    await app.acting.takeOver(id, reason.trim());
    onClose();
  }

  return (
    <Modal
      open
      onClose={onClose}
      onSubmit={() => void take()}
      title={words.take.from(name)}
      lead={typing ? `${words.take.typing(name)} ${words.take.fromLead(name)}` : words.take.fromLead(name)}
      footer={
        <>
          <Button kind="quiet" onClick={onClose}>
            {words.cancel}
          </Button>
          <Button kind="primary" type="submit" busy={busy} disabled={reason.trim() === ""}>
            {busy ? words.take.busy : words.take.button}
          </Button>
        </>
      }
    >
      <TextField label={words.take.reason} value={reason} onChange={(event) => setReason(event.target.value)} />
    </Modal>
  );
}
