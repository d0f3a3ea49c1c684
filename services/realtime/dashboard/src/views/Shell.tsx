/** What surrounds every page behind the login: the rail, the banner, the notices. */
import { BarChart3, FileText, MessageCircle, Plug, Settings2, Users, type LucideIcon } from "lucide-react";
import { type MouseEvent, type ReactNode, useEffect } from "react";
import { liveWord } from "../state/live";
import { maySee, type Page, ROOT } from "../state/route";
import { Announcer } from "./Announcer";
import { navigate, useApp, useAppState, useFormat, useMe, usePlace, useWords } from "./context";
import { cx } from "./cx";
import { LiveBanner } from "./LiveMark";
import { Notices } from "./Notices";
import { PresenceSwitch } from "./letting/PresenceSwitch";
import { useCommandKey } from "./palette/useCommandKey";
import { useAskedWatchers, WatchersContext } from "./reach";
import css from "./Shell.module.css";
import { fetched } from "./fetched";
import { GlobalDialogs } from "./settings/GlobalDialogs";
import { useSingleKeys } from "./useSingleKeys";
import { useTitle } from "./useTitle";

const UserMenu = fetched<object>(async () => (await import("./UserMenu")).UserMenu, <span className={css.meSpace} />);

export function Shell({ children }: { readonly children: ReactNode }) {
  const app = useApp();
  const words = useWords();
  const { account } = useMe();
  const { route } = usePlace();
  const needs = useAppState((state) => state.list.counts.needs_human ?? 0);
  const live = useAppState((state) => liveWord(state.live));
  const inChat = route.page === "conversations" && route.id !== undefined;
  const watchers = useAskedWatchers();
  useTitle();
  useSingleKeys();
  useCommandKey();
  useEffect(() => app.listing.begin(), [app]);
  return (
    <WatchersContext value={watchers}>
      <div className={cx(css.shell, inChat && css.inChat)} data-live={live}>
        <a className={css.skip} href="#main">
          {words.menu.skip}
        </a>
        <nav className={css.rail} aria-label={words.menu.main}>
          <Mark />
          <Item page="conversations" label={words.menu.conversations} icon={MessageCircle} count={needs} />
          <Item page="analytics" label={words.menu.analytics} icon={BarChart3} />
          <Item page="templates" label={words.pagesMenu.templates} icon={FileText} />
          {maySee("team", account.role) && <Item page="team" label={words.menu.team} icon={Users} />}
          {maySee("platforms", account.role) && <Item page="platforms" label={words.menu.platforms} icon={Plug} />}
          {maySee("settings", account.role) && <Item page="settings" label={words.pagesMenu.settings} icon={Settings2} />}
          <span className={css.me}>
            <PresenceSwitch />
            <UserMenu />
          </span>
        </nav>
        <div className={css.content}>
          <LiveBanner />
          <main id="main" className={css.main} tabIndex={-1}>
            {children}
          </main>
        </div>
        <Notices />
        <GlobalDialogs />
        <Announcer />
      </div>
    </WatchersContext>
  );
}

function Mark() {
  return (
    <svg className={css.mark} viewBox="0 0 32 32" width="32" height="32" aria-hidden>
      <rect width="32" height="32" rx="9" fill="#2257d6" />
      <path d="M9 21.5 19.5 11" stroke="#fff" strokeWidth="4.5" strokeLinecap="round" />
      <circle cx="23" cy="7.8" r="2.6" fill="#cfe0ff" />
    </svg>
  );
}

function Item({ page, label, icon: Icon, count = 0 }: { readonly page: Page; readonly label: string; readonly icon: LucideIcon; readonly count?: number }) {
  const words = useWords();
  const format = useFormat();
  const { route } = usePlace();
  const path = `${ROOT}/${page}`;
  function go(event: MouseEvent): void {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    navigate(path);
  }
  const here = route.page === page;
  return (
    <a className={cx(css.item, here && css.here)} href={path} onClick={go} aria-current={here ? "page" : undefined} title={label}>
      <Icon size={19} aria-hidden />
      <span className={css.label}>{label}</span>
      {count > 0 && (
        <b className={css.count}>
          {format.count(count)} <span className="visually-hidden">{words.list.needs_human}</span>
        </b>
      )}
    </a>
  );
}
