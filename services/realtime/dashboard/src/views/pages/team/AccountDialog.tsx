/** What an administrator does with one account: names, role, logins, disable, enable. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Account, Role } from "../../../gateway/contract";
import { reasonOf } from "../../../gateway/errors";
import { useApp, useWords } from "../../context";
import { Button } from "../../parts/Button";
import { Choices } from "../../parts/Choices";
import { TextField } from "../../parts/Field";
import { Modal } from "../../parts/Modal";
import { Problem } from "../../parts/Problem";
import { problemWords } from "../../problem";
import { LoginSessions } from "../LoginSessions";

export type AccountAct = "rename" | "role" | "sessions" | "disable" | "enable";

const ROLES: readonly Role[] = ["agent", "supervisor", "administrator"];

interface Props {
  readonly act: AccountAct;
  readonly account: Account;
  readonly onClose: () => void;
}

export function AccountDialog({ act, account, onClose }: Props) {
  return act === "sessions" ? <SessionsOf account={account} onClose={onClose} /> : <Change act={act} account={account} onClose={onClose} />;
}

function Change({ act, account, onClose }: Props & { readonly act: Exclude<AccountAct, "sessions"> }) {
  const app = useApp();
  const words = useWords();
  const queries = useQueryClient();
  const [name, setName] = useState(account.name);
  const [displayName, setDisplayName] = useState(account.display_name);
  const [role, setRole] = useState(account.role);
  const body = { rename: { name: name.trim(), display_name: displayName.trim() }, role: { role }, disable: { disabled: true }, enable: { disabled: false } }[act];
  const change = useMutation({
    mutationFn: () => app.ports.api.admin.updateAccount(account.id, body),
    onSuccess: () => {
      onClose();
      return Promise.all([queries.invalidateQueries({ queryKey: ["accounts"] }), queries.invalidateQueries({ queryKey: ["agents"] })]);
    },
  });
  const title = { rename: words.people.renameTitle, role: words.people.roleTitle, disable: words.team.disableTitle, enable: (who: string) => `${words.team.enable}: ${who}` }[act](account.name);
  const button = { rename: words.people.save, role: words.people.save, disable: words.team.disable, enable: words.team.enable }[act];
  return (
    <Modal
      open
      onClose={onClose}
      onSubmit={() => !change.isPending && change.mutate()}
      title={title}
      {...(act === "disable" ? { lead: words.team.disableText } : {})}
      footer={
        <>
          <Problem text={change.error === null ? undefined : problemWords(words, reasonOf(change.error))} />
          <Button kind="quiet" onClick={onClose}>
            {words.cancel}
          </Button>
          <Button kind={act === "disable" ? "danger" : "primary"} type="submit" busy={change.isPending}>
            {button}
          </Button>
        </>
      }
    >
      {act === "rename" && (
        <>
          <TextField label={words.team.name} value={name} maxLength={100} autoComplete="off" onChange={(event) => setName(event.target.value)} />
          <TextField label={words.team.displayName} value={displayName} maxLength={100} autoComplete="off" onChange={(event) => setDisplayName(event.target.value)} />
        </>
      )}
      {act === "role" && <Choices legend={words.team.role} value={role} onChange={setRole} options={ROLES.map((key) => ({ key, title: words.role[key] }))} />}
    </Modal>
  );
}

function SessionsOf({ account, onClose }: { readonly account: Account; readonly onClose: () => void }) {
  const app = useApp();
  const words = useWords();
  const queries = useQueryClient();
  const { admin } = app.ports.api;
  const endAll = useMutation({ mutationFn: () => admin.endSessions(account.id), onSuccess: () => queries.invalidateQueries({ queryKey: ["sessions", account.id] }) });
  return (
    <Modal
      open
      onClose={onClose}
      onSubmit={onClose}
      title={words.people.sessionsTitle(account.name)}
      footer={
        <>
          <Problem text={endAll.error === null ? undefined : problemWords(words, reasonOf(endAll.error))} />
          <Button kind="danger" busy={endAll.isPending} onClick={() => endAll.mutate()}>
            {words.people.endAll}
          </Button>
          <Button kind="primary" type="submit">
            {words.close}
          </Button>
        </>
      }
    >
      <LoginSessions of={account.id} load={() => admin.sessions(account.id)} end={(session) => admin.endSessions(account.id, session)} />
    </Modal>
  );
}
