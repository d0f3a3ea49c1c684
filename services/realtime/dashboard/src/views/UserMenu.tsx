/** The user menu: profile, language, theme, density, notifications, keys, log out. */
import { Menu } from "@base-ui/react/menu";
import { Bell, Check, Command, Keyboard, LogOut, UserRound } from "lucide-react";
import type { Density, Language, Theme } from "../state/preferences";
import { ROOT } from "../state/route";
import { LANGUAGES } from "../words/languages";
import { navigate, useApp, useAppState, useMe, useSurroundings } from "./context";
import { cx } from "./cx";
import { leave } from "./letting/leave";
import { Avatar } from "./parts/Avatar";
import menu from "./parts/Menu.module.css";
import css from "./UserMenu.module.css";

const DENSITIES: readonly Density[] = ["comfortable", "compact"];
const THEMES: readonly Theme[] = ["system", "light", "dark"];

export function UserMenu() {
  const app = useApp();
  const { words, preferences, setPreferences } = useSurroundings();
  const { account, workspace_name } = useMe();
  const presence = useAppState((state) => state.presence);
  return (
    <Menu.Root>
      <Menu.Trigger className={css.trigger}>
        <span className="visually-hidden">{words.me.open(account.display_name)}</span>
        <Avatar name={account.display_name} tone="me" presence={presence} />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner className={menu.positioner} side="right" align="end" sideOffset={8}>
          <Menu.Popup className={menu.popup}>
            <div className={css.who}>
              <b>{account.name}</b>
              <span>{account.email}</span>
              <span>{[words.role[account.role], workspace_name].filter(Boolean).join(" · ")}</span>
            </div>
            <Menu.Item className={menu.item} onClick={() => navigate(`${ROOT}/profile`)}>
              <UserRound size={16} aria-hidden /> {words.pagesMenu.profile}
            </Menu.Item>
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
            <Menu.RadioGroup value={preferences.density} onValueChange={(density: Density) => setPreferences({ ...preferences, density })}>
              <p className={menu.label}>{words.density.title}</p>
              {DENSITIES.map((density) => (
                <Option key={density} value={density} name={words.density[density]} />
              ))}
            </Menu.RadioGroup>
            <Menu.Separator className={menu.separator} />
            <Menu.Item className={menu.item} onClick={() => app.ports.store.dispatch({ type: "dialog", dialog: "commands" })}>
              <Command size={16} aria-hidden /> <span className={menu.text}>{words.pagesMenu.commands}</span> <kbd className={menu.aside}>Ctrl K</kbd>
            </Menu.Item>
            <Menu.Item className={menu.item} onClick={() => app.ports.store.dispatch({ type: "dialog", dialog: "notifications" })}>
              <Bell size={16} aria-hidden /> {words.alerts.title}
            </Menu.Item>
            <Menu.Item className={menu.item} onClick={() => app.ports.store.dispatch({ type: "dialog", dialog: "shortcuts" })}>
              <Keyboard size={16} aria-hidden /> {words.shortcuts.title}
            </Menu.Item>
            <Menu.Separator className={menu.separator} />
            <Menu.Item className={menu.item} onClick={() => void leave(app, account.id, "logging_out")}>
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
