/** Notes for colleagues: a field of their own, with a draft of its own, never a mode of the reply box. */
import { type SubmitEvent, useMemo, useState } from "react";
import type { LogEvent } from "../../gateway/contract";
import { notesOf } from "../../state/insights";
import { useApp, useFormat, useWords } from "../context";
import { Button } from "../parts/Button";
import { Short } from "../parts/Short";
import { Prose } from "../parts/Prose";
import { endingWords } from "../problem";
import css from "./SidePanel.module.css";

export function Notes({ id, known }: { readonly id: string; readonly known: readonly LogEvent[] }) {
  const app = useApp();
  const words = useWords();
  const format = useFormat();
  const notes = useMemo(() => notesOf(known), [known]);
  const [text, setText] = useState(() => app.drafts().read("note", id));
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  const write = (next: string) => {
    setText(next);
    app.drafts().write("note", id, next);
  };

  async function add(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (text.trim() === "" || busy) return;
    setBusy(true);
    const ended = await app.acting.addNote(id, text.trim());
    setBusy(false);
    setProblem(endingWords(words, ended));
    if (ended.ok) write("");
  }

  return (
    <>
      <h3>{words.side.notes}</h3>
      <div className={css.notes}>
        {notes.length === 0 && <p className={css.quiet}>{words.side.noNotes}</p>}
        {notes.map((note) => (
          <article key={note.seq} className={css.note}>
            <Prose text={note.text} />
            <footer>
              {note.author} ·{" "}
              <time dateTime={note.at} title={format.exact(note.at)}>
                <Short at={note.at} />
              </time>
            </footer>
          </article>
        ))}
      </div>
      <form className={css.noteField} onSubmit={(event) => void add(event)}>
        <textarea rows={1} value={text} onChange={(event) => write(event.target.value)} placeholder={words.side.note} aria-label={words.side.note} />
        <div className={css.noteBar}>
          <span className={css.quiet}>{words.side.onlyColleagues}</span>
          <Button small type="submit" busy={busy} disabled={text.trim() === ""}>
            {words.side.addNote}
          </Button>
        </div>
        {problem !== undefined && (
          <p className={css.problem} role="alert">
            {problem}
          </p>
        )}
      </form>
    </>
  );
}
