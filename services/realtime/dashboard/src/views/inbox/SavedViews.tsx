/** Views that one has named: a press shows that list again, with how many it has. */
import { useQuery } from "@tanstack/react-query";
import { Bookmark, X } from "lucide-react";
import { useState } from "react";
import { type Filters, formatFilters, listQuery, parseFilters } from "../../state/filters";
import type { SavedView } from "../../state/views";
import { conversationPath } from "../../state/route";
import { navigate, useApp, useFormat, useWords } from "../context";
import { cx } from "../cx";
import { Button } from "../parts/Button";
import { TextField } from "../parts/Field";
import { Modal } from "../parts/Modal";
import css from "./ListHead.module.css";

const COUNT_EVERY_MS = 20_000;

export interface SavedViewsProps {
  readonly filters: Filters;
  readonly selectedId: string | undefined;
}

export function SavedViews({ filters, selectedId }: SavedViewsProps) {
  const app = useApp();
  const words = useWords().desk.views;
  const [views, setViews] = useState(() => app.views().all());
  const [naming, setNaming] = useState(false);
  const query = formatFilters(filters);
  const isPlain = filters.search === "" && filters.aiAgents.length === 0 && filters.agents.length === 0 && filters.statuses.length <= 1 && !filters.statuses.includes("closed");
  return (
    <>
      {views.map((view) => (
        <Chip key={view.query} view={view} isOn={view.query === query} selectedId={selectedId} onRemove={() => setViews(app.views().remove(view.query))} />
      ))}
      {!isPlain && !views.some((view) => view.query === query) && (
        <button type="button" className={css.chip} onClick={() => setNaming(true)}>
          <Bookmark size={13} aria-hidden /> {words.save}
        </button>
      )}
      {naming && (
        <Naming
          onClose={() => setNaming(false)}
          onName={(name) => {
            setViews(app.views().save({ name, query }));
            setNaming(false);
          }}
        />
      )}
    </>
  );
}

function Chip({ view, isOn, selectedId, onRemove }: { readonly view: SavedView; readonly isOn: boolean; readonly selectedId: string | undefined; readonly onRemove: () => void }) {
  const app = useApp();
  const words = useWords().desk.views;
  const format = useFormat();
  const { data } = useQuery({
    queryKey: ["view", view.query],
    queryFn: async () => (await app.ports.api.conversations.list({ ...listQuery(parseFilters(view.query)), page_size: 1 })).counts.matching ?? 0,
    refetchInterval: COUNT_EVERY_MS,
  });
  return (
    <span className={css.saved}>
      <button type="button" className={cx(css.chip, isOn && css.on)} aria-pressed={isOn} onClick={() => navigate(conversationPath(selectedId, view.query), "replace")}>
        <Bookmark size={13} aria-hidden /> {view.name} {data !== undefined && <b>{format.count(data)}</b>}
      </button>
      {isOn && (
        <button type="button" className={cx(css.chip, css.on)} aria-label={words.remove(view.name)} onClick={onRemove}>
          <X size={12} aria-hidden />
        </button>
      )}
    </span>
  );
}

function Naming({ onClose, onName }: { readonly onClose: () => void; readonly onName: (name: string) => void }) {
  const words = useWords();
  const [name, setName] = useState("");
  const submit = () => name.trim() !== "" && onName(name);
  return (
    <Modal
      open
      onClose={onClose}
      onSubmit={submit}
      title={words.desk.views.title}
      lead={words.desk.views.lead}
      footer={
        <>
          <Button kind="quiet" onClick={onClose}>
            {words.cancel}
          </Button>
          <Button kind="primary" type="submit" disabled={name.trim() === ""}>
            {words.desk.views.submit}
          </Button>
        </>
      }
    >
      <TextField label={words.desk.views.name} value={name} maxLength={30} onChange={(event) => setName(event.target.value)} />
    </Modal>
  );
}
