/** One template: read, or edited beside a preview. If somebody else saved meanwhile, theirs is shown and the own words stay. */
import { useQueryClient } from "@tanstack/react-query";
import { ArrowLeft, Trash2 } from "lucide-react";
import { useEffect, useState } from "react";
import type { TemplateBody } from "../../../gateway/around";
import type { Template } from "../../../gateway/contract";
import { reasonOf } from "../../../gateway/errors";
import { bodyOf, faultOf, isChanged, mayEdit } from "../../../state/templates_page";
import { useApp, useFormat, useMe, useNow, useWords } from "../../context";
import { Button } from "../../parts/Button";
import { Problem } from "../../parts/Problem";
import { problemWords } from "../../problem";
import { DeleteTemplate } from "./DeleteTemplate";
import { Preview } from "./Preview";
import { TemplateFields } from "./TemplateFields";
import css from "./Templates.module.css";

interface Props {
  /** Undefined for a new one. */
  readonly template: Template | undefined;
  readonly initial: TemplateBody;
  readonly folders: readonly string[];
  readonly onDirty: (dirty: boolean) => void;
  readonly onBack: () => void;
  /** With the id to go on with, none when it was deleted. */
  readonly onSaved: (id: string | undefined) => void;
}

export function TemplateEditor({ template, initial, folders, onDirty, onBack, onSaved }: Props) {
  const app = useApp();
  const words = useWords();
  const queries = useQueryClient();
  const me = useMe().account;
  const [body, setBody] = useState(initial);
  // What the server has, as far as this page was told; a conflict makes it newer than what was opened.
  const [base, setBase] = useState(initial);
  const [theirs, setTheirs] = useState<Template>();
  const [busy, setBusy] = useState(false);
  const [tried, setTried] = useState(false);
  const [isSaved, setSaved] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [isDeleting, setDeleting] = useState(false);
  const editable = template === undefined || mayEdit(template, me);
  const dirty = isChanged(body, base);
  const fault = faultOf(body);
  useEffect(() => onDirty(dirty), [dirty, onDirty]);
  useEffect(() => () => onDirty(false), [onDirty]);

  function edit(change: Partial<TemplateBody>): void {
    setBody({ ...body, ...change });
    setSaved(false);
    setProblem(undefined);
  }

  async function save(): Promise<void> {
    setTried(true);
    if (busy || fault !== undefined) return;
    setBusy(true);
    setProblem(undefined);
    try {
      const written = await app.ports.api.template.put(template?.id, { ...body, revision: base.revision });
      setBase(bodyOf(written));
      setBody(bodyOf(written));
      setTheirs(undefined);
      setSaved(true);
      await queries.invalidateQueries({ queryKey: ["templates"] });
      onSaved(written.id);
    } catch (error) {
      await refused(reasonOf(error));
    }
    setBusy(false);
  }

  async function refused(reason: string): Promise<void> {
    if (reason !== "TEMPLATE_CHANGED") {
      setProblem(problemWords(words, reason));
      return;
    }
    const now = await queries.query({ queryKey: ["templates"], queryFn: app.ports.api.templates, staleTime: 0 }).catch(() => undefined);
    const other = now?.find((each) => each.id === template?.id);
    if (other === undefined) {
      setProblem(problemWords(words, now === undefined ? "UNAVAILABLE" : "TEMPLATE_NOT_FOUND"));
      return;
    }
    setTheirs(other);
    setBase(bodyOf(other));
  }

  return (
    <form
      className={css.editor}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Button kind="quiet" className={css.back ?? ""} icon={<ArrowLeft size={16} aria-hidden />} onClick={onBack}>
        {words.templates.back}
      </Button>
      <h2>{template === undefined ? words.templates.newTitle : `/${template.name}`}</h2>
      <Changed template={theirs ?? template} />
      {!editable && <p className={css.readOnly}>{words.templates.readOnly}</p>}
      {theirs !== undefined && (
        <Theirs
          theirs={theirs}
          onTake={() => {
            setBody(bodyOf(theirs));
            setTheirs(undefined);
          }}
          onKeep={() => setTheirs(undefined)}
        />
      )}
      <TemplateFields body={body} folders={folders} editable={editable} maySwitch={template === undefined && me.role !== "agent"} fault={tried ? fault : undefined} onEdit={edit} />
      <Preview text={body.text} agentName={me.display_name} />
      {editable && (
        <footer className={css.foot}>
          {template !== undefined && (
            <Button kind="quiet" icon={<Trash2 size={16} aria-hidden />} onClick={() => setDeleting(true)}>
              {words.templates.remove}
            </Button>
          )}
          <span className={css.outcome} role="status">
            {isSaved && !dirty ? words.templates.saved : ""}
          </span>
          <Problem text={problem} />
          <Button kind="primary" type="submit" busy={busy}>
            {words.templates.save}
          </Button>
        </footer>
      )}
      {isDeleting && template !== undefined && <DeleteTemplate template={template} onClose={() => setDeleting(false)} onDeleted={() => onSaved(undefined)} />}
    </form>
  );
}

function Changed({ template }: { readonly template: Template | undefined }) {
  const words = useWords();
  const format = useFormat();
  const now = useNow();
  if (template?.changed_at === undefined) return null;
  return (
    <p className={css.changed} title={format.exact(template.changed_at)}>
      {words.templates.changed(template.changed_by_name ?? words.templates.somebody, format.short(template.changed_at, now))}
    </p>
  );
}

function Theirs({ theirs, onTake, onKeep }: { readonly theirs: Template; readonly onTake: () => void; readonly onKeep: () => void }) {
  const words = useWords();
  return (
    <section className={css.conflict} role="alert">
      <b>{words.templates.conflictTitle(theirs.changed_by_name ?? words.templates.somebody)}</b>
      <p>{words.templates.conflictText}</p>
      <blockquote>{theirs.text}</blockquote>
      <p>
        <Button small onClick={onTake}>
          {words.templates.takeTheirs}
        </Button>
        <Button small onClick={onKeep}>
          {words.templates.keepMine}
        </Button>
        <small>{words.templates.keepMineHint}</small>
      </p>
    </section>
  );
}
