/** Templates: the list by folder beside the one that is read or edited; on a narrow screen one after the other. */
import { useQuery } from "@tanstack/react-query";
import { FileText, Plus } from "lucide-react";
import { useState } from "react";
import { bodyOf, newTemplate } from "../../state/templates_page";
import { ROOT } from "../../state/route";
import { navigate, useApp, useMe, usePlace, useSurroundings } from "../context";
import { cx } from "../cx";
import { Button } from "../parts/Button";
import { Empty } from "../parts/Empty";
import { Modal } from "../parts/Modal";
import { Loaded } from "./Loaded";
import { Page } from "./Page";
import { TemplateEditor } from "./templates/TemplateEditor";
import { TemplateList } from "./templates/TemplateList";
import css from "./templates/Templates.module.css";

const NEW = "new";
const pathOf = (id: string | undefined) => `${ROOT}/templates${id === undefined ? "" : `/${encodeURIComponent(id)}`}`;

export default function TemplatesPage() {
  const app = useApp();
  const { words, preferences } = useSurroundings();
  const me = useMe().account;
  const { route } = usePlace();
  const chosen = route.page === "templates" ? route.id : undefined;
  const query = useQuery({ queryKey: ["templates"], queryFn: app.ports.api.templates });
  const [isDirty, setDirty] = useState(false);
  const [leavingFor, setLeavingFor] = useState<{ readonly id: string | undefined }>();

  /** Nothing that was written is thrown away without a question. */
  function choose(id: string | undefined): void {
    if (isDirty) setLeavingFor({ id });
    else navigate(pathOf(id));
  }

  return (
    <Page
      title={words.templates.title}
      lead={words.templates.lead}
      filling
      actions={
        <Button kind="primary" icon={<Plus size={17} aria-hidden />} onClick={() => choose(NEW)}>
          {words.templates.add}
        </Button>
      }
    >
      <Loaded query={query} failed={words.templates.failed}>
        {(templates) => {
          const template = templates.find((each) => each.id === chosen);
          const isNew = chosen === NEW;
          return (
            <div className={cx(css.columns, (isNew || template !== undefined) && css.open)}>
              <TemplateList templates={templates} chosenId={chosen} onChoose={choose} />
              <div className={css.detail}>
                {isNew || template !== undefined ? (
                  <TemplateEditor
                    key={chosen}
                    template={template}
                    initial={template === undefined ? newTemplate(me.role !== "agent", preferences.language) : bodyOf(template)}
                    folders={[...new Set(templates.flatMap((each) => each.folder ?? []))]}
                    onDirty={setDirty}
                    onBack={() => choose(undefined)}
                    onSaved={(id) => {
                      setDirty(false);
                      navigate(pathOf(id), "replace");
                    }}
                  />
                ) : (
                  <Empty icon={FileText} title={templates.length === 0 ? words.templates.none : words.templates.choose} {...(templates.length === 0 ? { text: words.templates.noneText } : {})} />
                )}
              </div>
            </div>
          );
        }}
      </Loaded>
      {leavingFor !== undefined && (
        <Modal
          open
          onClose={() => setLeavingFor(undefined)}
          onSubmit={() => {
            setLeavingFor(undefined);
            setDirty(false);
            navigate(pathOf(leavingFor.id));
          }}
          title={words.templates.leaveTitle}
          lead={words.templates.leaveText}
          footer={
            <>
              <Button kind="quiet" onClick={() => setLeavingFor(undefined)}>
                {words.templates.stay}
              </Button>
              <Button kind="danger" type="submit">
                {words.templates.leave}
              </Button>
            </>
          }
        />
      )}
    </Page>
  );
}
