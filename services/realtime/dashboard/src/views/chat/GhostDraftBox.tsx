/** The ghost draft: what the AI was about to say. Inserting sends nothing, discarding ends it for all. */
import { Sparkles } from "lucide-react";
import { useMemo, useState } from "react";
import type { DraftResolution } from "../../gateway/contract";
import type { Chat } from "../../state/chat";
import { type GhostDraft, ghostDrafts } from "../../state/insights";
import { useApp, useWords } from "../context";
import { Button } from "../parts/Button";
import { Verbatim } from "../parts/Verbatim";
import css from "./GhostDraftBox.module.css";

export function GhostDraftBox({ chat, onInsert }: { readonly chat: Chat; readonly onInsert: (text: string) => void }) {
  const app = useApp();
  const words = useWords();
  const drafts = useMemo(() => ghostDrafts(chat.events), [chat.events]);
  const [unfolded, setUnfolded] = useState(false);
  const [going, setGoing] = useState<ReadonlySet<number>>(new Set());
  const shown = drafts.filter((draft) => !going.has(draft.seq));
  const [newest, ...older] = shown;
  if (newest === undefined) return null;

  async function resolve(draft: GhostDraft, resolution: DraftResolution): Promise<void> {
    if (resolution === "inserted") onInsert(draft.text);
    setGoing(new Set([...going, draft.seq]));
    const ended = await app.acting.resolveDraft(chat.id, draft.seq, resolution);
    if (!ended.ok && ended.reason !== "DRAFT_NOT_FOUND") setGoing((before) => new Set([...before].filter((seq) => seq !== draft.seq)));
  }

  return (
    <aside className={css.ghost} aria-label={words.ghost.title}>
      {(unfolded ? shown : [newest]).map((draft, index) => (
        <div key={draft.seq} className={css.draft}>
          <div className={css.text}>
            {index === 0 && (
              <p className={css.title}>
                <Sparkles size={14} aria-hidden /> {words.ghost.title}
              </p>
            )}
            <p className={css.words}>
              <Verbatim text={draft.text} />
            </p>
            {draft.outdated && <p className={css.outdated}>{words.ghost.outdated}</p>}
          </div>
          <div className={css.actions}>
            <Button small onClick={() => void resolve(draft, "inserted")}>
              {words.ghost.insert}
            </Button>
            <Button small kind="quiet" onClick={() => void resolve(draft, "discarded")}>
              {words.ghost.discard}
            </Button>
          </div>
        </div>
      ))}
      {older.length > 0 && (
        <button type="button" className={css.more} aria-expanded={unfolded} onClick={() => setUnfolded(!unfolded)}>
          {words.ghost.more(older.length)}
        </button>
      )}
    </aside>
  );
}
