/** Create an account; its one-time link is shown next. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Role } from "../../gateway/contract";
import { reasonOf } from "../../gateway/errors";
import { useApp, useWords } from "../context";
import { Button } from "../parts/Button";
import { SelectField, TextField } from "../parts/Field";
import { Modal } from "../parts/Modal";
import { Problem } from "../parts/Problem";
import { problemWords } from "../problem";

const ROLES: readonly Role[] = ["agent", "supervisor", "administrator"];

export function NewAccount({ onClose, onCreated }: { readonly onClose: () => void; readonly onCreated: (name: string, token: string) => void }) {
  const app = useApp();
  const words = useWords();
  const queries = useQueryClient();
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [displayName, setDisplayName] = useState("");
  const [role, setRole] = useState<Role>("agent");
  const create = useMutation({
    mutationFn: () => app.ports.api.admin.createAccount({ email: email.trim(), name: name.trim(), display_name: displayName.trim(), role }),
    onSuccess: (answer) => {
      onClose();
      onCreated(answer.account.name, answer.link ?? answer.link_token);
      return Promise.all([queries.invalidateQueries({ queryKey: ["accounts"] }), queries.invalidateQueries({ queryKey: ["agents"] })]);
    },
  });
  const complete = email.includes("@") && name.trim() !== "";
  return (
    <Modal
      open
      onClose={onClose}
      onSubmit={() => complete && !create.isPending && create.mutate()}
      title={words.team.add}
      footer={
        <>
          <Problem text={create.error === null ? undefined : problemWords(words, reasonOf(create.error))} />
          <Button kind="quiet" onClick={onClose}>
            {words.cancel}
          </Button>
          <Button kind="primary" type="submit" busy={create.isPending} disabled={!complete}>
            {words.team.create}
          </Button>
        </>
      }
    >
      <TextField label={words.team.email} type="email" autoComplete="off" value={email} onChange={(event) => setEmail(event.target.value)} />
      <TextField label={words.team.name} autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} />
      <TextField label={words.team.displayName} hint={words.optional} autoComplete="off" value={displayName} onChange={(event) => setDisplayName(event.target.value)} />
      <SelectField label={words.team.role} value={role} onChange={(event) => setRole(event.target.value as Role)}>
        {ROLES.map((key) => (
          <option key={key} value={key}>
            {words.role[key]}
          </option>
        ))}
      </SelectField>
    </Modal>
  );
}
