/** The user menu: language, theme, log out. */
import { Menu } from "@base-ui/react/menu";
import { Bell, Check, Keyboard, LogOut } from "lucide-react";
import type { Language, Theme } from "../state/preferences";
import { LANGUAGES } from "../words/languages";
import { useApp, useMe, useSurroundings } from "./context";
import { cx } from "./cx";
import { Avatar } from "./parts/Avatar";
import menu from "./parts/Menu.module.css";
import css from "./UserMenu.module.css";

const THEMES: readonly Theme[] = ["system", "light", "dark"];

export function UserMenu() {
  const app = useApp();
  const { words, preferences, setPreferences } = useSurroundings();
  const { account, workspace_name } = useMe();
  return (
    <Menu.Root>
      <Menu.Trigger className={css.trigger}>
        <span className="visually-hidden">{words.me.open(account.display_name)}</span>
        <Avatar name={account.display_name} tone="me" presence="available" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner className={menu.positioner} side="right" align="end" sideOffset={8}>
          <Menu.Popup className={menu.popup}>
            <div className={css.who}>
              <b>{account.name}</b>
              <span>{account.email}</span>
              <span>{[words.role[account.role], workspace_name].filter(Boolean).join(" · ")}</span>
            </div>
            <Menu.Separator className={menu.separator} />
            <Menu.RadioGroup value={preferences.language} onValueChange={(language: Language) => setPreferences({ ...preferences, language })}>
              <p className={menu.label}>{words.me.language}</p>
              {(Object.keys(LANGUAGES) as Language[]).map((language) => (
                <Option key={language} value={language} name={LANGUAGES[language]} />
              ))}
            </Menu.RadioGroup>
            <Menu.Separator className={menu.separator} />
            <Menu.RadioGroup value={preferences.theme} onValueChange={(theme: Theme) => setPreferences({ ...preferences, theme })}>
              <p className={menu.label}>{words.me.theme}</p>
              {THEMES.map((theme) => (
                <Option key={theme} value={theme} name={words.me[theme]} />
              ))}
            </Menu.RadioGroup>
            <Menu.Separator className={menu.separator} />
            <Menu.Item className={menu.item} onClick={() => app.ports.store.dispatch({ type: "dialog", dialog: "notifications" })}>
              <Bell size={16} aria-hidden /> {words.alerts.title}
            </Menu.Item>
            <Menu.Item className={menu.item} onClick={() => app.ports.store.dispatch({ type: "dialog", dialog: "shortcuts" })}>
              <Keyboard size={16} aria-hidden /> {words.shortcuts.title}
            </Menu.Item>
            <Menu.Separator className={menu.separator} />
            <Menu.Item className={menu.item} onClick={() => void app.session.logOut()}>
              <LogOut size={16} aria-hidden /> {words.me.logOut}
            </Menu.Item>
            <Menu.Item className={cx(menu.item, menu.danger)} onClick={() => void app.session.logOut(true)}>
              <LogOut size={16} aria-hidden /> {words.me.logOutEverywhere}
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

function Option({ value, name }: { readonly value: string; readonly name: string }) {
  return (
    <Menu.RadioItem value={value} className={menu.item} closeOnClick={false}>
      <span className={menu.check}>
        <Menu.RadioItemIndicator>
          <Check size={14} aria-hidden />
        </Menu.RadioItemIndicator>
      </span>
      <span className={menu.text}>{name}</span>
    </Menu.RadioItem>
  );
}
