/** One's own account: what others see of it, the password, and where one is logged in. */
import { useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";
import { reasonOf } from "../../gateway/errors";
import { useApp, useMe, useWords } from "../context";
import { cx } from "../cx";
import { Button } from "../parts/Button";
import { TextField } from "../parts/Field";
import { Problem } from "../parts/Problem";
import { problemWords } from "../problem";
import { LoginSessions } from "./LoginSessions";
import { Page } from "./Page";
import css from "./Page.module.css";

const SHORTEST = 12;

export default function ProfilePage() {
  const app = useApp();
  const words = useWords();
  const { account, workspace_name } = useMe();
  const { session } = app.ports.api;
  return (
    <Page title={words.profile.title} lead={words.profile.lead}>
      <div className={css.stack}>
        <section className={css.card} aria-labelledby="who-title">
          <h2 id="who-title">{words.profile.who}</h2>
          <dl className={css.facts}>
            <dt>{words.profile.displayName}</dt>
            <dd>{account.display_name}</dd>
            <dt>
              {words.profile.name} <small>{words.profile.nameText}</small>
            </dt>
            <dd>{account.name}</dd>
            <dt>{words.profile.email}</dt>
            <dd>{account.email}</dd>
            <dt>{words.profile.role}</dt>
            <dd>{words.role[account.role]}</dd>
            <dt>{words.profile.workspace}</dt>
            <dd>{workspace_name}</dd>
          </dl>
          <p className={css.note}>{words.profile.byAdministrator}</p>
        </section>
        <Password />
        <section className={css.card} aria-labelledby="sessions-title">
          <h2 id="sessions-title">{words.profile.sessions}</h2>
          <LoginSessions of="own" load={session.all} end={session.end} />
          <p className={cx(css.note, css.row)}>
            <Button kind="danger" onClick={() => void app.session.logOut(true)}>
              {words.profile.everywhere}
            </Button>
            {words.profile.everywhereText}
          </p>
        </section>
      </div>
    </Page>
  );
}

function Password() {
  const app = useApp();
  const words = useWords();
  const queries = useQueryClient();
  const [old, setOld] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(false);
  const [problem, setProblem] = useState<string>();

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (busy) return;
    const wrong = password.length < SHORTEST ? words.setPassword.short : password === again ? undefined : words.setPassword.different;
    setProblem(wrong);
    setDone(false);
    if (wrong !== undefined) return;
    setBusy(true);
    try {
      await app.ports.api.session.changePassword(old, password);
      setDone(true);
      for (const clear of [setOld, setPassword, setAgain]) clear("");
      await queries.invalidateQueries({ queryKey: ["sessions"] });
    } catch (error) {
      const reason = reasonOf(error);
      setProblem(reason === "LOGIN_FAILED" ? words.profile.wrong : problemWords(words, reason));
    }
    setBusy(false);
  }

  return (
    <section className={css.card} aria-labelledby="password-title">
      <h2 id="password-title">{words.profile.password}</h2>
      <form className={css.narrow} onSubmit={(event) => void submit(event)} noValidate>
        <TextField label={words.profile.old} type="password" autoComplete="current-password" value={old} onChange={(event) => setOld(event.target.value)} />
        <TextField label={words.setPassword.password} hint={words.setPassword.rule} type="password" autoComplete="new-password" value={password} onChange={(event) => setPassword(event.target.value)} />
        <TextField label={words.setPassword.again} type="password" autoComplete="new-password" value={again} onChange={(event) => setAgain(event.target.value)} />
        <p className={css.row}>
          <Button kind="primary" type="submit" busy={busy} disabled={old === "" || password === ""}>
            {words.profile.change}
          </Button>
          <span role="status">{done ? words.profile.changed : ""}</span>
        </p>
        <Problem text={problem} />
      </form>
    </section>
  );
}
