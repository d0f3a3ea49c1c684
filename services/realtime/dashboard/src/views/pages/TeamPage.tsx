/** Accounts, for administrators: create with a one-time link, a new link, disable and enable. */
import { Menu } from "@base-ui/react/menu";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CloudOff, EllipsisVertical, UserPlus } from "lucide-react";
import { useState } from "react";
import type { Account } from "../../gateway/contract";
import { reasonOf } from "../../gateway/errors";
import { ROOT } from "../../state/route";
import { useApp, useFormat, useMe, useNow, useWords } from "../context";
import { cx } from "../cx";
import { Avatar } from "../parts/Avatar";
import { Button } from "../parts/Button";
import { Empty } from "../parts/Empty";
import menu from "../parts/Menu.module.css";
import { Modal } from "../parts/Modal";
import { Problem } from "../parts/Problem";
import { problemWords } from "../problem";
import { NewAccount } from "./NewAccount";
import { NoPermission, Page } from "./Page";
import css from "./Page.module.css";
import { Secret } from "./Secret";

/** The address at which the link's token is used. */
export function passwordLink(token: string): string {
  return token.startsWith("http") ? token : `${location.origin}${ROOT}/set-password#token=${token}`;
}

export default function TeamPage() {
  return useMe().account.role === "administrator" ? <Team /> : <NoPermission />;
}

function Team() {
  const app = useApp();
  const words = useWords();
  const { data, isError, refetch } = useQuery({ queryKey: ["accounts"], queryFn: app.ports.api.admin.accounts });
  const [adding, setAdding] = useState(false);
  const [link, setLink] = useState<{ name: string; token: string }>();
  return (
    <Page
      title={words.team.title}
      lead={words.team.lead}
      actions={
        <Button kind="primary" icon={<UserPlus size={17} aria-hidden />} onClick={() => setAdding(true)}>
          {words.team.add}
        </Button>
      }
    >
      {isError && data === undefined ? (
        <Empty icon={CloudOff} title={words.team.failed} action={<Button onClick={() => void refetch()}>{words.retry}</Button>} />
      ) : (
        <section className={cx(css.card, css.sheet)}>
          <table className={css.table}>
            <thead>
              <tr>
                <th scope="col">{words.team.name}</th>
                <th scope="col">{words.team.role}</th>
                <th scope="col">{words.team.state}</th>
                <th scope="col">{words.team.lastLogin}</th>
                <th scope="col">
                  <span className="visually-hidden">{words.team.actions("")}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {(data ?? []).map((account) => (
                <Line key={account.id} account={account} onLink={(token) => setLink({ name: account.name, token })} />
              ))}
            </tbody>
          </table>
        </section>
      )}
      {adding && <NewAccount onClose={() => setAdding(false)} onCreated={(name, token) => setLink({ name, token })} />}
      {link && <Secret title={words.team.linkTitle(link.name)} text={words.team.linkText} secret={passwordLink(link.token)} onClose={() => setLink(undefined)} />}
    </Page>
  );
}

function Line({ account, onLink }: { readonly account: Account; readonly onLink: (token: string) => void }) {
  const app = useApp();
  const words = useWords();
  const format = useFormat();
  const now = useNow();
  const meId = useMe().account.id;
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const { admin } = app.ports.api;
  const change = useMutation({
    mutationFn: (disabled: boolean) => admin.updateAccount(account.id, { disabled }),
    onSuccess: () => {
      setAsking(false);
      return queries.invalidateQueries({ queryKey: ["accounts"] });
    },
  });
  const link = useMutation({ mutationFn: () => admin.passwordLink(account.id), onSuccess: (answer) => onLink(answer.link ?? answer.link_token) });
  const state = account.disabled === true ? words.team.disabled : account.password_set === false ? words.team.invited : words.team.active;
  const problem = change.error ?? link.error;
  return (
    <tr className={cx(account.disabled === true && css.off)}>
      <td>
        <span className={css.person}>
          <Avatar name={account.name} small />
          <span>
            {account.name} {account.id === meId && `(${words.team.you})`}
            <small>{account.email}</small>
          </span>
        </span>
      </td>
      <td>{words.role[account.role]}</td>
      <td>{state}</td>
      <td>{account.last_login_at === undefined ? words.team.never : format.short(account.last_login_at, now)}</td>
      <td className={css.number}>
        <Menu.Root>
          <Menu.Trigger render={<Button kind="quiet" small aria-label={words.team.actions(account.name)} icon={<EllipsisVertical size={16} aria-hidden />} />} />
          <Menu.Portal>
            <Menu.Positioner className={menu.positioner} align="end" sideOffset={4}>
              <Menu.Popup className={menu.popup}>
                <Menu.Item className={menu.item} onClick={() => link.mutate()}>
                  {words.team.newLink}
                </Menu.Item>
                {account.disabled === true ? (
                  <Menu.Item className={menu.item} onClick={() => change.mutate(false)}>
                    {words.team.enable}
                  </Menu.Item>
                ) : (
                  account.id !== meId && (
                    <Menu.Item className={cx(menu.item, menu.danger)} onClick={() => setAsking(true)}>
                      {words.team.disable}…
                    </Menu.Item>
                  )
                )}
              </Menu.Popup>
            </Menu.Positioner>
          </Menu.Portal>
        </Menu.Root>
        {problem !== null && !asking && <Problem text={problemWords(words, reasonOf(problem))} />}
        {asking && (
          <Modal
            open
            onClose={() => setAsking(false)}
            onSubmit={() => change.mutate(true)}
            title={words.team.disableTitle(account.name)}
            lead={words.team.disableText}
            footer={
              <>
                <Problem text={change.error === null ? undefined : problemWords(words, reasonOf(change.error))} />
                <Button kind="quiet" onClick={() => setAsking(false)}>
                  {words.cancel}
                </Button>
                <Button kind="danger" type="submit" busy={change.isPending}>
                  {words.team.disable}
                </Button>
              </>
            }
          />
        )}
      </td>
    </tr>
  );
}
