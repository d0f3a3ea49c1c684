/** Which page is drawn, in which language and theme. */
import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { FileQuestion } from "lucide-react";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import { type Preferences, writePreferences } from "../state/preferences";
import { loginPath, ROOT } from "../state/route";
import type { App } from "../use_cases/app";
import type { Words } from "../words/en";
import { loadWords } from "../words/languages";
import { navigate, type Surroundings, SurroundingsContext, useAppState, usePlace, useWords } from "./context";
import { Crash } from "./Crash";
import { createFormat } from "./format";
import { InboxPage } from "./inbox/InboxPage";
import { noticeBody, noticeTitle } from "./noticeWords";
import { LoginPage } from "./pages/LoginPage";
import { SetPasswordPage } from "./pages/SetPasswordPage";
import { Button } from "./parts/Button";
import { Empty } from "./parts/Empty";
import { Shell } from "./Shell";

const AnalyticsPage = lazy(() => import("./pages/AnalyticsPage"));
const TemplatesPage = lazy(() => import("./pages/TemplatesPage"));
const SettingsPage = lazy(() => import("./pages/SettingsPage"));
const ProfilePage = lazy(() => import("./pages/ProfilePage"));
const TeamPage = lazy(() => import("./pages/TeamPage"));
const PlatformsPage = lazy(() => import("./pages/PlatformsPage"));

interface Props {
  readonly app: App;
  readonly queries: QueryClient;
  readonly storage: Storage | undefined;
  readonly initial: { readonly preferences: Preferences; readonly words: Words };
}

export function Root({ app, queries, storage, initial }: Props) {
  const [{ preferences, words, spoken }, setTaste] = useState({ ...initial, spoken: initial.preferences.language });

  useEffect(() => {
    document.documentElement.lang = spoken;
  }, [spoken]);

  useEffect(() => {
    if (preferences.theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = preferences.theme;
    document.documentElement.dataset.density = preferences.density;
  }, [preferences]);

  const surroundings = useMemo<Surroundings>(
    () => ({
      app,
      words,
      format: createFormat(spoken),
      preferences,
      setPreferences(next: Preferences) {
        writePreferences(storage, next);
        setTaste((now) => ({ ...now, preferences: next }));
        if (next.language === spoken) return;
        void loadWords(next.language).then(
          (loaded) => setTaste((now) => (now.preferences.language === next.language ? { ...now, words: loaded, spoken: next.language } : now)),
          () => undefined, // Until they can be had the former ones are spoken.
        );
      },
    }),
    [app, preferences, words, spoken, storage],
  );

  useEffect(() => {
    app.alerting.describeWith((notice) => ({ title: noticeTitle(notice, words, app.ports.store.state().rows), body: noticeBody(notice) }));
  }, [app, words]);

  return (
    <SurroundingsContext value={surroundings}>
      <QueryClientProvider client={queries}>
        <Crash title={surroundings.words.crashed.title} text={surroundings.words.crashed.text} reload={surroundings.words.live.reload}>
          <Place />
        </Crash>
      </QueryClientProvider>
    </SurroundingsContext>
  );
}

function Place() {
  const { url, route } = usePlace();
  const phase = useAppState((state) => state.session.phase);
  const isOutside = route.page === "login" || route.page === "set_password";

  useEffect(() => {
    if (phase === "out" && !isOutside) navigate(loginPath(url.pathname + url.search), "replace");
    if (phase === "in" && route.page === "login") navigate(route.next, "replace");
    if (phase === "in" && (url.pathname === ROOT || url.pathname === `${ROOT}/`)) navigate(`${ROOT}/conversations`, "replace");
  }, [phase, isOutside, route, url]);

  if (route.page === "set_password") return <SetPasswordPage token={route.token} />;
  if (phase === "out" && route.page === "login") return <LoginPage />;
  if (phase !== "in" || isOutside) return null;
  return (
    <Shell>
      <Suspense fallback={null}>
        {route.page === "conversations" && <InboxPage />}
        {route.page === "analytics" && <AnalyticsPage />}
        {route.page === "templates" && <TemplatesPage />}
        {route.page === "settings" && <SettingsPage />}
        {route.page === "profile" && <ProfilePage />}
        {route.page === "team" && <TeamPage />}
        {route.page === "platforms" && <PlatformsPage />}
        {route.page === "unknown" && <NotFound />}
      </Suspense>
    </Shell>
  );
}

function NotFound() {
  const words = useWords();
  return <Empty icon={FileQuestion} heading="h1" title={words.notFound.title} action={<Button onClick={() => navigate(`${ROOT}/conversations`)}>{words.notFound.home}</Button>} />;
}
