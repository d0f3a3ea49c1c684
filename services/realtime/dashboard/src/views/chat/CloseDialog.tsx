/** Close a conversation with a reason. */
import { useState } from "react";
import type { CloseReason, Row } from "../../gateway/contract";
import { useApp, useWords } from "../context";
import { Button } from "../parts/Button";
import { Choices } from "../parts/Choices";
import { Modal } from "../parts/Modal";
import { Problem } from "../parts/Problem";
import { endingWords } from "../problem";

const REASONS = ["resolved", "no_answer", "spam", "other"] as const satisfies readonly CloseReason[];

export function CloseDialog({ row, onClose }: { readonly row: Row; readonly onClose: () => void }) {
  const app = useApp();
  const words = useWords();
  const [reason, setReason] = useState<(typeof REASONS)[number]>("resolved");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  async function close(): Promise<void> {
    if (busy) return;
    setBusy(true);
    const ended = await app.acting.close(row.conversation_id, reason);
    setBusy(false);
    if (ended.ok) onClose();
    else setProblem(endingWords(words, ended));
  }

  return (
    <Modal
      open
      onClose={onClose}
      onSubmit={() => void close()}
      title={words.closing.title}
      lead={words.closing.lead}
      footer={
        <>
          <Problem text={problem} />
          <Button kind="quiet" onClick={onClose}>
            {words.cancel}
          </Button>
          <Button kind="primary" type="submit" busy={busy}>
            {busy ? words.closing.busy : words.closing.submit}
          </Button>
        </>
      }
    >
      <Choices legend={words.closing.reason} value={reason} onChange={setReason} options={REASONS.map((key) => ({ key, title: words.closeReason[key] }))} />
    </Modal>
  );
}
