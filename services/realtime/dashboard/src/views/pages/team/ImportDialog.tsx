/** Accounts from a CSV file: looked at first, each row with what is wrong with it; then all of them or none. */
import { useQueryClient } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { type ChangeEvent, useId, useState } from "react";
import type { ImportAnswer, ImportResult } from "../../../gateway/around";
import { reasonOf } from "../../../gateway/errors";
import { linksCsv, parseAccounts, type Parsed } from "../../../state/importing";
import { useApp, useWords } from "../../context";
import { cx } from "../../cx";
import { Button } from "../../parts/Button";
import { TextArea } from "../../parts/Field";
import { Modal } from "../../parts/Modal";
import { Problem } from "../../parts/Problem";
import { problemWords } from "../../problem";
import page from "../Page.module.css";
import css from "./Team.module.css";

interface Props {
  readonly linkOf: (token: string) => string;
  readonly onClose: () => void;
}

type Rows = Extract<Parsed, { rows: unknown }>["rows"];

export function ImportDialog({ linkOf, onClose }: Props) {
  const app = useApp();
  const words = useWords();
  const queries = useQueryClient();
  const fileId = useId();
  const [text, setText] = useState("");
  const [looked, setLooked] = useState<{ readonly rows: Rows; readonly answer: ImportAnswer }>();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const answer = looked?.answer;
  const bad = answer?.results.filter((result) => result.problem_reason !== undefined).length ?? 0;
  const isChecked = answer !== undefined && !answer.applied && bad === 0;

  function write(next: string): void {
    setText(next);
    setLooked(undefined);
    setProblem(undefined);
  }

  async function read(event: ChangeEvent<HTMLInputElement>): Promise<void> {
    const [file] = event.target.files ?? [];
    if (file !== undefined) write(await file.text());
  }

  async function submit(): Promise<void> {
    if (busy) return;
    if (answer?.applied === true) {
      onClose();
      return;
    }
    const parsed = parseAccounts(text);
    if ("fault" in parsed) {
      setProblem(words.importing[parsed.fault]);
      return;
    }
    setBusy(true);
    setProblem(undefined);
    try {
      const rows = parsed.rows.map(({ email, name, display_name, role }) => ({ email, name, display_name, ...(role === undefined ? {} : { role }) }));
      setLooked({ rows: parsed.rows, answer: await app.ports.api.admin.importAccounts(rows, !isChecked) });
      await Promise.all([queries.invalidateQueries({ queryKey: ["accounts"] }), queries.invalidateQueries({ queryKey: ["agents"] })]);
    } catch (error) {
      setProblem(problemWords(words, reasonOf(error)));
    }
    setBusy(false);
  }

  const count = answer?.results.length ?? 0;
  return (
    <Modal
      open
      wide
      onClose={() => !busy && onClose()}
      onSubmit={() => void submit()}
      title={words.importing.title}
      lead={words.importing.lead}
      footer={
        <>
          <Problem text={problem} />
          {answer?.applied === true ? (
            <>
              <DownloadLinks results={answer.results} linkOf={linkOf} />
              <Button kind="primary" type="submit">
                {words.close}
              </Button>
            </>
          ) : (
            <>
              <Button kind="quiet" onClick={onClose}>
                {words.cancel}
              </Button>
              <Button kind="primary" type="submit" busy={busy} disabled={text.trim() === ""}>
                {isChecked ? words.importing.make(count) : words.importing.check}
              </Button>
            </>
          )}
        </>
      }
    >
      {answer?.applied !== true && (
        <>
          <label className={css.file} htmlFor={fileId}>
            {words.importing.file}
            <input id={fileId} type="file" accept=".csv,text/csv,text/plain" onChange={(event) => void read(event)} />
          </label>
          <TextArea label={words.importing.paste} rows={4} spellCheck={false} value={text} placeholder={words.importing.example} onChange={(event) => write(event.target.value)} />
        </>
      )}
      {looked !== undefined && (
        <>
          <p className={cx(css.verdict, bad > 0 && css.bad)} role="status">
            {looked.answer.applied ? words.importing.done(count) : bad > 0 ? words.importing.bad(bad) : words.importing.fine(count)}
          </p>
          <Results rows={looked.rows} results={looked.answer.results} linkOf={linkOf} />
        </>
      )}
    </Modal>
  );
}

function Results({ rows, results, linkOf }: { readonly rows: Rows; readonly results: readonly ImportResult[]; readonly linkOf: (token: string) => string }) {
  const words = useWords();
  return (
    <div className={css.results}>
      <table className={page.table}>
        <thead>
          <tr>
            <th scope="col">{words.importing.row}</th>
            <th scope="col">{words.team.email}</th>
            <th scope="col">{words.team.name}</th>
            <th scope="col">{results.some((result) => result.link_token !== undefined) ? words.importing.link : words.team.state}</th>
          </tr>
        </thead>
        <tbody>
          {results.map((result, index) => (
            <tr key={index} className={cx(result.problem_reason !== undefined && css.badRow)}>
              <td>{index + 1}</td>
              <td className={css.cell}>{rows[index]?.email}</td>
              <td className={css.cell}>{rows[index]?.name}</td>
              <td className={css.cell}>{result.link_token === undefined ? <Verdict result={result} /> : <code>{linkOf(result.link_token)}</code>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Verdict({ result }: { readonly result: ImportResult }) {
  const { importing } = useWords();
  const { problem_reason: reason, problem_field: field, problem } = result;
  if (reason === undefined) return importing.ok;
  if (reason === "EMAIL_TAKEN") return importing.taken;
  if (reason === "EMAIL_REPEATED") return importing.repeated;
  const known: Readonly<Record<string, string>> = { email: importing.email, name: importing.name, display_name: importing.displayName, role: importing.role };
  return known[field ?? ""] ?? problem;
}

function DownloadLinks({ results, linkOf }: { readonly results: readonly ImportResult[]; readonly linkOf: (token: string) => string }) {
  const words = useWords();
  function save(): void {
    const url = URL.createObjectURL(new Blob([linksCsv(results, linkOf)], { type: "text/csv" }));
    const anchor = document.createElement("a");
    anchor.href = url;
    anchor.download = "baton-links.csv";
    anchor.click();
    URL.revokeObjectURL(url);
  }
  return (
    <Button icon={<Download size={16} aria-hidden />} onClick={save}>
      {words.importing.download}
    </Button>
  );
}
