/** What the command menu offers, by group: pages, views of the list, people, the open conversation, one's own taste. */
import { BarChart3, Bell, CircleCheck, Copy, FileText, Hand, ArrowRightLeft, Languages, LogOut, type LucideIcon, MessageCircle, Moon, Palette, Plug, Rows3, Settings2, UserRound, Users } from "lucide-react";
import type { Account, Agent, Row } from "../../gateway/contract";
import { rightsOf } from "../../state/control";
import { formatFilters, noFilters } from "../../state/filters";
import { conversationPath, maySee, type Page, PAGES, ROOT } from "../../state/route";
import { LANGUAGES } from "../../words/languages";
import { navigate, type Surroundings } from "../context";
import { leave } from "../letting/leave";
import type { Language, Theme } from "../../state/preferences";

export interface Entry {
  readonly id: string;
  readonly label: string;
  readonly also?: string | undefined;
  readonly aside?: string | undefined;
  readonly icon: LucideIcon;
  readonly run: () => void;
}

export interface Group {
  readonly label: string;
  readonly items: readonly Entry[];
}

const PAGE_ICONS: Readonly<Record<Page, LucideIcon>> = { conversations: MessageCircle, analytics: BarChart3, templates: FileText, team: Users, platforms: Plug, settings: Settings2 };
const VIEWS = ["needs_human", "mine", "ai", "others"] as const;

export function pageGroup({ words }: Surroundings, me: Account): Group {
  const names: Readonly<Record<Page, string>> = { ...words.menu, templates: words.pagesMenu.templates, settings: words.pagesMenu.settings };
  const pages = PAGES.filter((page) => maySee(page, me.role)).map((page) => ({ id: page, label: names[page], icon: PAGE_ICONS[page], run: () => navigate(`${ROOT}/${page}`) }));
  return { label: words.palette.goTo, items: [...pages, { id: "profile", label: words.pagesMenu.profile, icon: UserRound, run: () => navigate(`${ROOT}/profile`) }] };
}

export function viewGroup({ words }: Surroundings): Group {
  const items = VIEWS.map((status) => ({
    id: `view-${status}`,
    label: words.list[status],
    also: words.list.title,
    icon: MessageCircle,
    run: () => navigate(conversationPath(undefined, formatFilters({ ...noFilters, statuses: [status] }))),
  }));
  return { label: words.palette.views, items };
}

export function peopleGroup({ words }: Surroundings, agents: readonly Agent[]): Group {
  const items = agents
    .filter((agent) => agent.disabled !== true)
    .map((agent) => ({
      id: `agent-${agent.id}`,
      label: words.palette.holding(agent.display_name),
      also: agent.name,
      aside: String(agent.open_conversations ?? 0),
      icon: UserRound,
      run: () => navigate(conversationPath(undefined, formatFilters({ ...noFilters, agents: [agent.id] }))),
    }));
  return { label: words.palette.people, items };
}

export function actionGroup({ app, words }: Surroundings, me: Account, row: Row, open: (dialog: "handover" | "close") => void): Group {
  const rights = rightsOf(row.control, me, row.transferred_from_id);
  const id = row.conversation_id;
  const items: Entry[] = [];
  if (rights.takeOver === "yes") items.push({ id: "take", label: words.take.button, icon: Hand, run: () => void app.acting.takeOver(id) });
  if (rights.handBack || rights.transfer || rights.release) items.push({ id: "handover", label: words.palette.handover, icon: ArrowRightLeft, run: () => open("handover") });
  if (rights.close) items.push({ id: "close", label: words.palette.close, icon: CircleCheck, run: () => open("close") });
  items.push({ id: "copy", label: words.palette.copyLink, icon: Copy, run: () => void navigator.clipboard.writeText(`${location.origin}${conversationPath(id)}`) });
  return { label: words.palette.actions, items };
}

export function accountGroup({ app, words, preferences, setPreferences }: Surroundings, me: Account): Group {
  const isAway = app.ports.store.state().presence === "away";
  const others = <T extends string>(all: readonly T[], now: T) => all.filter((each) => each !== now);
  return {
    label: words.palette.account,
    items: [
      { id: "presence", label: isAway ? words.presence.available : words.presence.away, also: words.presence.label, icon: Moon, run: () => (isAway ? app.alerting.setPresence("available") : void leave(app, me.id, "going_away")) },
      { id: "notifications", label: words.alerts.title, icon: Bell, run: () => app.ports.store.dispatch({ type: "dialog", dialog: "notifications" }) },
      { id: "shortcuts", label: words.shortcuts.title, icon: Rows3, run: () => app.ports.store.dispatch({ type: "dialog", dialog: "shortcuts" }) },
      ...others<Theme>(["light", "dark", "system"], preferences.theme).map((theme) => ({ id: `theme-${theme}`, label: words.palette.theme(words.me[theme]), icon: Palette, run: () => setPreferences({ ...preferences, theme }) })),
      ...others(Object.keys(LANGUAGES) as Language[], preferences.language).map((language) => ({ id: `language-${language}`, label: words.palette.language(LANGUAGES[language]), icon: Languages, run: () => setPreferences({ ...preferences, language }) })),
      ...others(["comfortable", "compact"] as const, preferences.density).map((density) => ({ id: `density-${density}`, label: words.palette.density(words.density[density]), icon: Rows3, run: () => setPreferences({ ...preferences, density }) })),
      { id: "logout", label: words.me.logOut, icon: LogOut, run: () => void leave(app, me.id, "logging_out") },
    ],
  };
}
