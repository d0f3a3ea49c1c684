/** API keys of AI platforms, for administrators: create (shown once), last used, revoke. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CloudOff, KeyRound } from "lucide-react";
import { useState } from "react";
import type { ApiKey } from "../../gateway/contract";
import { reasonOf } from "../../gateway/errors";
import { useApp, useFormat, useMe, useNow, useWords } from "../context";
import { cx } from "../cx";
import { Button } from "../parts/Button";
import { Empty } from "../parts/Empty";
import { TextField } from "../parts/Field";
import { Modal } from "../parts/Modal";
import { Problem } from "../parts/Problem";
import { problemWords } from "../problem";
import { NoPermission, Page } from "./Page";
import css from "./Page.module.css";
import { Secret } from "./Secret";

export default function PlatformsPage() {
  return useMe().account.role === "administrator" ? <Platforms /> : <NoPermission />;
}

function Platforms() {
  const app = useApp();
  const words = useWords();
  const { data, isError, refetch } = useQuery({ queryKey: ["keys"], queryFn: app.ports.api.admin.apiKeys });
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<{ name: string; secret: string }>();
  const heads = [words.platforms.name, words.platforms.platform, words.platforms.state, words.platforms.created, words.platforms.lastUsed];
  return (
    <Page
      title={words.platforms.title}
      lead={words.platforms.lead}
      actions={
        <Button kind="primary" icon={<KeyRound size={17} aria-hidden />} onClick={() => setAdding(true)}>
          {words.platforms.add}
        </Button>
      }
    >
      {isError && data === undefined ? (
        <Empty icon={CloudOff} title={words.platforms.failed} action={<Button onClick={() => void refetch()}>{words.retry}</Button>} />
      ) : data?.length === 0 ? (
        <Empty icon={KeyRound} title={words.platforms.none} />
      ) : (
        <section className={cx(css.card, css.sheet)}>
          <table className={css.table}>
            <thead>
              <tr>
                {heads.map((head) => (
                  <th key={head} scope="col">
                    {head}
                  </th>
                ))}
                <th scope="col">
                  <span className="visually-hidden">{words.platforms.revoke}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {(data ?? []).map((key) => (
                <Line key={key.id} apiKey={key} />
              ))}
            </tbody>
          </table>
        </section>
      )}
      {adding && <NewKey onClose={() => setAdding(false)} onCreated={(name, secret) => setMade({ name, secret })} />}
      {made && <Secret title={words.platforms.secretTitle(made.name)} text={words.platforms.secretText} secret={made.secret} onClose={() => setMade(undefined)} />}
    </Page>
  );
}

function Line({ apiKey }: { readonly apiKey: ApiKey }) {
  const app = useApp();
  const words = useWords();
  const format = useFormat();
  const now = useNow();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const revoke = useMutation({
    mutationFn: () => app.ports.api.admin.revokeApiKey(apiKey.id),
    onSuccess: () => {
      setAsking(false);
      return queries.invalidateQueries({ queryKey: ["keys"] });
    },
  });
  const revoked = apiKey.revoked === true;
  return (
    <tr className={cx(revoked && css.off)}>
      <td>{apiKey.name}</td>
      <td>
        <code>{apiKey.platform_id?.slice(0, 8)}</code>
      </td>
      <td>{revoked ? words.platforms.revoked : words.platforms.active}</td>
      <td>{apiKey.created_at !== undefined && format.short(apiKey.created_at, now)}</td>
      <td>{apiKey.last_used_at === undefined ? words.platforms.never : format.short(apiKey.last_used_at, now)}</td>
      <td className={css.number}>
        {!revoked && (
          <Button small onClick={() => setAsking(true)}>
            {words.platforms.revoke}…
          </Button>
        )}
        {asking && (
          <Modal
            open
            onClose={() => setAsking(false)}
            onSubmit={() => !revoke.isPending && revoke.mutate()}
            title={words.platforms.revokeTitle(apiKey.name)}
            lead={words.platforms.revokeText}
            footer={
              <>
                <Problem text={revoke.error === null ? undefined : problemWords(words, reasonOf(revoke.error))} />
                <Button kind="quiet" onClick={() => setAsking(false)}>
                  {words.cancel}
                </Button>
                <Button kind="danger" type="submit" busy={revoke.isPending}>
                  {words.platforms.revoke}
                </Button>
              </>
            }
          />
        )}
      </td>
    </tr>
  );
}

function NewKey({ onClose, onCreated }: { readonly onClose: () => void; readonly onCreated: (name: string, secret: string) => void }) {
  const app = useApp();
  const words = useWords();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const create = useMutation({
    mutationFn: () => app.ports.api.admin.createApiKey({ name: name.trim() }),
    onSuccess: (answer) => {
      onClose();
      onCreated(answer.key.name, answer.secret);
      return queries.invalidateQueries({ queryKey: ["keys"] });
    },
  });
  return (
    <Modal
      open
      onClose={onClose}
      onSubmit={() => name.trim() !== "" && !create.isPending && create.mutate()}
      title={words.platforms.add}
      footer={
        <>
          <Problem text={create.error === null ? undefined : problemWords(words, reasonOf(create.error))} />
          <Button kind="quiet" onClick={onClose}>
            {words.cancel}
          </Button>
          <Button kind="primary" type="submit" busy={create.isPending} disabled={name.trim() === ""}>
            {words.platforms.create}
          </Button>
        </>
      }
    >
      <TextField label={words.platforms.name} autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} />
    </Modal>
  );
}
