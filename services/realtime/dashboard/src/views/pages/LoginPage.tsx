/** The login: e-mail and password, the same words for whatever is wrong with them. */
import { type SubmitEvent, useState } from "react";
import { useApp, useAppState, useWords } from "../context";
import { Button } from "../parts/Button";
import { TextField } from "../parts/Field";
import { Problem } from "../parts/Problem";
import { problemWords } from "../problem";
import { Gate } from "./Gate";

export function LoginPage() {
  const app = useApp();
  const words = useWords();
  const expired = useAppState((state) => state.session.phase === "out" && state.session.expired);
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (busy || email.trim() === "" || password === "") return;
    setBusy(true);
    const reason = await app.session.logIn(email.trim(), password);
    if (reason === undefined) return;
    setBusy(false);
    const known: Readonly<Record<string, string>> = { LOGIN_FAILED: words.login.failed, INVALID: words.login.failed, TOO_MANY_LOGINS: words.login.tooMany };
    setProblem(known[reason] ?? problemWords(words, reason));
  }

  return (
    <Gate title={words.login.title} lead={expired ? words.login.expired : words.login.lead}>
      <form onSubmit={(event) => void submit(event)} noValidate>
        <TextField label={words.login.email} type="email" name="email" autoComplete="username" value={email} onChange={(event) => setEmail(event.target.value)} required />
        <TextField label={words.login.password} type="password" name="password" autoComplete="current-password" value={password} onChange={(event) => setPassword(event.target.value)} required />
        <Button kind="primary" type="submit" busy={busy}>
          {busy ? words.login.busy : words.login.submit}
        </Button>
        <Problem text={problem} />
      </form>
      <small>{words.login.hint}</small>
    </Gate>
  );
}
