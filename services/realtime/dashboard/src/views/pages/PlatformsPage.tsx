/** AI platforms and their keys, for administrators: create (shown once), last used, revoke; and how to connect the first one. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Plug } from "lucide-react";
import { useState } from "react";
import type { ApiKey } from "../../gateway/contract";
import { reasonOf } from "../../gateway/errors";
import { useApp, useFormat, useMe, useNow, useWords } from "../context";
import { cx } from "../cx";
import { Button } from "../parts/Button";
import { TextField } from "../parts/Field";
import { Modal } from "../parts/Modal";
import { Problem } from "../parts/Problem";
import { problemWords } from "../problem";
import { byPlatform, listeningOf } from "../../state/platforms";
import { useWatchers } from "../reach";
import { Loaded } from "./Loaded";
import { NoPermission, Page } from "./Page";
import css from "./Page.module.css";
import { HowToConnect } from "./platforms/HowToConnect";
import platform from "./platforms/Platforms.module.css";
import { Secret } from "./Secret";

export default function PlatformsPage() {
  return useMe().account.role === "administrator" ? <Platforms /> : <NoPermission />;
}

function Platforms() {
  const app = useApp();
  const words = useWords();
  const query = useQuery({ queryKey: ["keys"], queryFn: app.ports.api.admin.apiKeys });
  // For whom the new key is: nobody yet, or a platform that has one.
  const [adding, setAdding] = useState<{ readonly platformId?: string }>();
  const [made, setMade] = useState<{ name: string; secret: string }>();
  return (
    <Page
      title={words.platforms.title}
      lead={words.platforms.lead}
      actions={
        <Button kind="primary" icon={<KeyRound size={17} aria-hidden />} onClick={() => setAdding({})}>
          {words.platforms.add}
        </Button>
      }
    >
      <Loaded query={query} failed={words.platforms.failed}>
        {(keys) => (
          <div className={platform.platforms}>
            {keys.every((key) => key.last_used_at === undefined) && <HowToConnect />}
            {byPlatform(keys).map((each) => (
              <Platform key={each.id} id={each.id} keys={each.keys} onAdd={() => setAdding({ platformId: each.id })} />
            ))}
          </div>
        )}
      </Loaded>
      {adding && <NewKey platformId={adding.platformId} onClose={() => setAdding(undefined)} onCreated={(name, secret) => setMade({ name, secret })} />}
      {made && <Secret title={words.platforms.secretTitle(made.name)} text={words.platforms.secretText} secret={made.secret} onClose={() => setMade(undefined)} />}
    </Page>
  );
}

function Platform({ id, keys, onAdd }: { readonly id: string; readonly keys: readonly ApiKey[]; readonly onAdd: () => void }) {
  const words = useWords();
  const now = useNow();
  const name = keys[0]?.name ?? id;
  const format = useFormat();
  const watchers = useWatchers();
  const listening = watchers && listeningOf(id, watchers);
  const mark = keys.every((key) => key.last_used_at === undefined)
    ? words.connecting.neverUsed
    : listening && (listening.kind === "not_since" ? words.connecting.not_since(format.short(listening.at, now)) : words.connecting[listening.kind]);
  const heads = [words.platforms.name, words.platforms.state, words.platforms.created, words.platforms.lastUsed];
  return (
    <section className={css.card} aria-label={name}>
      <header className={platform.head}>
        <h2>
          <Plug size={17} aria-hidden /> {name}
        </h2>
        <span className={cx(platform.mark, listening?.kind === "now" && platform.connected)}>{mark}</span>
        <Button small title={words.connecting.anotherKeyText} onClick={onAdd}>
          {words.connecting.anotherKey}
        </Button>
      </header>
      <div className={platform.scroll}>
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
            {keys.map((key) => (
              <Line key={key.id} apiKey={key} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
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

interface NewKeyProps {
  readonly platformId: string | undefined;
  readonly onClose: () => void;
  readonly onCreated: (name: string, secret: string) => void;
}

function NewKey({ platformId, onClose, onCreated }: NewKeyProps) {
  const app = useApp();
  const words = useWords();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const create = useMutation({
    mutationFn: () => app.ports.api.admin.createApiKey({ name: name.trim(), ...(platformId === undefined ? {} : { platform_id: platformId }) }),
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
      title={platformId === undefined ? words.platforms.add : words.connecting.anotherKey}
      {...(platformId === undefined ? {} : { lead: words.connecting.anotherKeyText })}
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
