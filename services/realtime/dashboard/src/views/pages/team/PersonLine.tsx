/** One person of the team, and what can be done about them. */
import { Menu } from "@base-ui/react/menu";
import { useMutation } from "@tanstack/react-query";
import { EllipsisVertical } from "lucide-react";
import { useState } from "react";
import { reasonOf } from "../../../gateway/errors";
import type { Person } from "../../../state/people";
import { useApp, useFormat, useMe, useNow, useWords } from "../../context";
import { cx } from "../../cx";
import { Avatar } from "../../parts/Avatar";
import { Button } from "../../parts/Button";
import menu from "../../parts/Menu.module.css";
import { Problem } from "../../parts/Problem";
import { problemWords } from "../../problem";
import page from "../Page.module.css";
import { AccountDialog, type AccountAct } from "./AccountDialog";
import css from "./Team.module.css";

interface Props {
  readonly person: Person;
  readonly selected: boolean;
  readonly onSelect: (selected: boolean) => void;
  readonly onLink: (token: string) => void;
  readonly onLetGo: () => void;
}

export function PersonLine({ person, selected, onSelect, onLink, onLetGo }: Props) {
  const app = useApp();
  const words = useWords();
  const format = useFormat();
  const now = useNow();
  const me = useMe().account;
  const [act, setAct] = useState<AccountAct>();
  const link = useMutation({ mutationFn: () => app.ports.api.admin.passwordLink(person.id), onSuccess: (answer) => onLink(answer.link ?? answer.link_token) });
  const { account } = person;
  const inHand = person.open_conversations ?? 0;
  const state = account?.disabled === true ? words.team.disabled : account?.password_set === false ? words.team.invited : words.team.active;
  return (
    <tr className={cx(person.disabled === true && page.off)}>
      <td className={css.tick}>
        <label>
          <input type="checkbox" checked={selected} aria-label={words.people.select(person.name)} onChange={(event) => onSelect(event.target.checked)} />
        </label>
      </td>
      <td>
        <span className={page.person}>
          <Avatar name={person.name} small presence={person.presence ?? "offline"} />
          <span className={css.name}>
            {person.name} {person.id === me.id && `(${words.team.you})`}
            <small>{[person.display_name === person.name ? undefined : person.display_name, account?.email].filter(Boolean).join(" · ")}</small>
          </span>
        </span>
      </td>
      <td>{words.people[person.presence ?? "offline"]}</td>
      <td className={page.number}>{format.count(inHand)}</td>
      <td>{words.role[person.role]}</td>
      {account !== undefined && <td>{state}</td>}
      {account !== undefined && <td>{account.last_login_at === undefined ? words.team.never : format.short(account.last_login_at, now)}</td>}
      <td className={page.number}>
        <Menu.Root>
          <Menu.Trigger render={<Button kind="quiet" small aria-label={words.team.actions(person.name)} icon={<EllipsisVertical size={16} aria-hidden />} />} />
          <Menu.Portal>
            <Menu.Positioner className={menu.positioner} align="end" sideOffset={4}>
              <Menu.Popup className={menu.popup}>
                <Menu.Item className={menu.item} disabled={inHand === 0} onClick={onLetGo}>
                  {words.people.letGo}
                </Menu.Item>
                {account !== undefined && (
                  <>
                    <Menu.Separator className={menu.separator} />
                    <Menu.Item className={menu.item} onClick={() => setAct("rename")}>
                      {words.people.rename}
                    </Menu.Item>
                    <Menu.Item className={menu.item} onClick={() => setAct("role")}>
                      {words.people.changeRole}…
                    </Menu.Item>
                    <Menu.Item className={menu.item} onClick={() => setAct("sessions")}>
                      {words.people.sessions}
                    </Menu.Item>
                    <Menu.Item className={menu.item} onClick={() => link.mutate()}>
                      {words.team.newLink}
                    </Menu.Item>
                    {account.disabled === true ? (
                      <Menu.Item className={menu.item} onClick={() => setAct("enable")}>
                        {words.team.enable}…
                      </Menu.Item>
                    ) : (
                      account.id !== me.id && (
                        <Menu.Item className={cx(menu.item, menu.danger)} onClick={() => setAct("disable")}>
                          {words.team.disable}…
                        </Menu.Item>
                      )
                    )}
                  </>
                )}
              </Menu.Popup>
            </Menu.Positioner>
          </Menu.Portal>
        </Menu.Root>
        {link.error !== null && <Problem text={problemWords(words, reasonOf(link.error))} />}
        {act !== undefined && account !== undefined && <AccountDialog act={act} account={account} onClose={() => setAct(undefined)} />}
      </td>
    </tr>
  );
}
