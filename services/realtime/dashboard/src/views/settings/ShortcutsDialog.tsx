/** Every key that does something, and the switch for the single ones. */
import { Fragment } from "react";
import { useSurroundings } from "../context";
import { Button } from "../parts/Button";
import { Modal } from "../parts/Modal";
import css from "./settings.module.css";

type Keys = readonly (readonly [name: string, ...keys: string[]])[];

export function ShortcutsDialog({ onClose }: { readonly onClose: () => void }) {
  const { words: all, preferences, setPreferences } = useSurroundings();
  const words = all.shortcuts;
  const { keys } = words;
  return (
    <Modal
      open
      onClose={onClose}
      onSubmit={onClose}
      title={words.title}
      footer={
        <Button kind="primary" type="submit">
          {words.close}
        </Button>
      }
    >
      <Group title={words.anywhere} keys={[[keys.commands, "Ctrl/⌘", "K"], [keys.escape, "Esc"]]} />
      <Group title={words.listAndHistory} keys={[[keys.rows, "↑", "↓"], [keys.ends, "Home", "End"], [keys.enter, "Enter"]]} />
      <label className={css.check}>
        <input type="checkbox" checked={preferences.singleKeys} onChange={(event) => setPreferences({ ...preferences, singleKeys: event.target.checked })} />
        <b>{words.single}</b>
      </label>
      <p className={css.hint}>{words.singleHint}</p>
      <Group keys={[[keys.next, "J", "K"], [keys.history, "H"], [keys.list, "L"], [keys.box, "/"], [keys.help, "?"]]} />
      <Group title={words.box} keys={[[keys.templates, "/"], [keys.send, "Enter"], [keys.line, "Shift", "Enter"]]} />
    </Modal>
  );
}

function Group({ title, keys }: { readonly title?: string; readonly keys: Keys }) {
  return (
    <>
      {title !== undefined && <h3 className={css.heading}>{title}</h3>}
      <dl className={css.keys}>
        {keys.map(([name, ...names]) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>
              {names.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </Fragment>
        ))}
      </dl>
    </>
  );
}
