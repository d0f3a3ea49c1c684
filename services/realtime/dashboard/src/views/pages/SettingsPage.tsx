/** What holds for the whole workspace, for administrators: hours, times, reopening, system messages, and who changed what. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { SettingsAnswer, WorkspaceSettings } from "../../gateway/around";
import { ProblemError, reasonOf } from "../../gateway/errors";
import { isSame, isWithin, TIME_FIELDS, wrongDay } from "../../state/settings";
import { useApp, useMe, useWords } from "../context";
import { Button } from "../parts/Button";
import { Problem } from "../parts/Problem";
import { problemWords } from "../problem";
import { Loaded } from "./Loaded";
import { NoPermission, Page } from "./Page";
import { Changes } from "./settings/Changes";
import { Hours } from "./settings/Hours";
import { Texts } from "./settings/Texts";
import { Times } from "./settings/Times";
import css from "./settings/Settings.module.css";

export default function SettingsPage() {
  const words = useWords();
  const app = useApp();
  const isAdministrator = useMe().account.role === "administrator";
  const query = useQuery({ queryKey: ["settings"], queryFn: app.ports.api.settings.get, enabled: isAdministrator });
  if (!isAdministrator) return <NoPermission text={words.settings.noPermission} />;
  return (
    <Page title={words.settings.title} lead={words.settings.lead}>
      <Loaded query={query} failed={words.settings.failed} lines={8}>
        {(answer) => <Form answer={answer} />}
      </Loaded>
    </Page>
  );
}

function Form({ answer }: { readonly answer: SettingsAnswer }) {
  const app = useApp();
  const words = useWords();
  const queries = useQueryClient();
  const [base, setBase] = useState(answer.settings);
  const [settings, setSettings] = useState(answer.settings);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [conflict, setConflict] = useState(false);
  const [saved, setSaved] = useState(false);
  const dirty = !isSame(settings, base);
  const isWrong = wrongDay(settings.hours) !== undefined || TIME_FIELDS.some((field) => !isWithin(field, settings[field]));

  function edit(change: Partial<WorkspaceSettings>): void {
    setSettings({ ...settings, ...change });
    setSaved(false);
    setProblem(undefined);
  }

  async function refetch(): Promise<WorkspaceSettings | undefined> {
    const now = await queries.query({ queryKey: ["settings"], queryFn: app.ports.api.settings.get, staleTime: 0 }).catch(() => undefined);
    return now?.settings;
  }

  async function save(): Promise<void> {
    if (busy || isWrong || !dirty) return;
    setBusy(true);
    setProblem(undefined);
    try {
      const written = await app.ports.api.settings.put({ ...settings, revision: base.revision });
      setBase(written);
      setSettings(written);
      setConflict(false);
      setSaved(true);
      await refetch();
    } catch (error) {
      await refused(error);
    }
    setBusy(false);
  }

  async function refused(error: unknown): Promise<void> {
    if (!(error instanceof ProblemError) || (error.reason !== "SETTINGS_CHANGED" && error.reason !== "INVALID")) setProblem(problemWords(words, reasonOf(error)));
    else if (error.reason === "INVALID") setProblem(words.settings.wrong(error.message));
    else {
      // Theirs is what a second press replaces, knowingly.
      const theirs = await refetch();
      if (theirs !== undefined) setBase(theirs);
      setConflict(true);
    }
  }

  return (
    <form
      className={css.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Hours settings={settings} onEdit={edit} />
      <Times settings={settings} onEdit={edit} />
      <Texts settings={settings} standard={answer.standard_texts} onEdit={edit} />
      <Changes changes={answer.changes} />
      <footer className={css.foot}>
        {conflict && (
          <p className={css.conflict} role="alert">
            {words.settings.conflict}{" "}
            <Button
              small
              onClick={() => {
                setSettings(base);
                setConflict(false);
              }}
            >
              {words.settings.loadTheirs}
            </Button>
          </p>
        )}
        <span role="status" className={css.saved}>
          {saved && !dirty ? words.settings.saved : ""}
        </span>
        <Problem text={problem} />
        <Button kind="quiet" disabled={!dirty} onClick={() => edit(base)}>
          {words.settings.discard}
        </Button>
        <Button kind="primary" type="submit" busy={busy} disabled={!dirty || isWrong}>
          {words.settings.save}
        </Button>
      </footer>
    </form>
  );
}
