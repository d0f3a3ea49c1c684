/** Who changed what, the newest first. */
import type { SettingsChange } from "../../../gateway/around";
import { useFormat, useNow, useWords } from "../../context";
import { cx } from "../../cx";
import page from "../Page.module.css";
import css from "./Settings.module.css";

export function Changes({ changes }: { readonly changes: readonly SettingsChange[] }) {
  const words = useWords();
  const format = useFormat();
  const now = useNow();
  return (
    <section className={cx(page.card, css.section)} aria-labelledby="changes-title">
      <h2 id="changes-title">{words.settings.changesTitle}</h2>
      {changes.length === 0 && <p>{words.settings.noChanges}</p>}
      <ol className={css.changes}>
        {changes.map((change) => (
          <li key={`${change.at}-${change.account_name ?? ""}`}>
            <b title={format.exact(change.at)}>{words.settings.changedBy(change.account_name ?? "", format.short(change.at, now))}</b>
            {Object.entries(change.changes).map(([field, what]) => (
              <span key={field}>
                <code>{field}</code> {what}
              </span>
            ))}
          </li>
        ))}
      </ol>
    </section>
  );
}
