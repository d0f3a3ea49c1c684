/** Set a password with a one-time link. */
import { type SubmitEvent, useState } from "react";
import { reasonOf } from "../../gateway/errors";
import { ROOT } from "../../state/route";
import { navigate, useApp, useWords } from "../context";
import { Button } from "../parts/Button";
import { TextField } from "../parts/Field";
import { Problem } from "../parts/Problem";
import { problemWords } from "../problem";
import { Gate } from "./Gate";

const SHORTEST = 12;

export function SetPasswordPage({ token }: { readonly token: string }) {
  const app = useApp();
  const words = useWords();
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
    if (wrong !== undefined) return;
    setBusy(true);
    try {
      await app.ports.api.session.setPassword(token, password);
      setDone(true);
    } catch (error) {
      const reason = reasonOf(error);
      setProblem(reason === "LINK_INVALID" ? words.setPassword.invalid : problemWords(words, reason));
    }
    setBusy(false);
  }

  if (done) {
    return (
      <Gate title={words.setPassword.title} lead={words.setPassword.done}>
        <Button kind="primary" onClick={() => navigate(`${ROOT}/login`, "replace")}>
          {words.setPassword.toLogin}
        </Button>
      </Gate>
    );
  }
  return (
    <Gate title={words.setPassword.title} lead={words.setPassword.lead}>
      <form onSubmit={(event) => void submit(event)} noValidate>
        <TextField label={words.setPassword.password} hint={words.setPassword.rule} type="password" autoComplete="new-password" value={password} onChange={(event) => setPassword(event.target.value)} />
        <TextField label={words.setPassword.again} type="password" autoComplete="new-password" value={again} onChange={(event) => setAgain(event.target.value)} />
        <Button kind="primary" type="submit" busy={busy}>
          {words.setPassword.submit}
        </Button>
        <Problem text={problem} />
      </form>
    </Gate>
  );
}
