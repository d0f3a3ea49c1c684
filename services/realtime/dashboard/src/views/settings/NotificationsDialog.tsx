/** What is told to this agent, and how: every kind by every channel, the volume, and which lists' new conversations come to the desktop. */
import { Volume2 } from "lucide-react";
import { useState } from "react";
import { ALERT_KINDS, type AlertSettings, CHANNELS, withChoice, withNewOnDesktop } from "../../state/alerts";
import { formatFilters, noFilters, parseFilters } from "../../state/filters";
import { useApp, useAppState, useWords } from "../context";
import { Button } from "../parts/Button";
import { Modal } from "../parts/Modal";
import css from "./settings.module.css";
import { useListName } from "./useListName";

export function NotificationsDialog({ onClose }: { readonly onClose: () => void }) {
  const { alerting } = useApp();
  const words = useWords().alerts;
  const settings = useAppState((state) => state.alerts);
  return (
    <Modal
      open
      wide
      onClose={onClose}
      onSubmit={onClose}
      title={words.title}
      lead={words.lead}
      footer={
        <Button kind="primary" type="submit">
          {words.done}
        </Button>
      }
    >
      <Permission />
      {ALERT_KINDS.map((kind) => (
        <fieldset key={kind} className={css.kind}>
          <legend>{words.kind[kind]}</legend>
          {kind in words.hint && <p className={css.hint}>{words.hint[kind as keyof typeof words.hint]}</p>}
          <div className={css.channels}>
            {CHANNELS.filter((channel) => kind !== "new" || channel !== "desktop").map((channel) => (
              <label key={channel} className={css.check}>
                <input
                  type="checkbox"
                  checked={settings.kinds[kind][channel]}
                  onChange={(event) => alerting.choose(withChoice(settings, kind, channel, event.target.checked))}
                  aria-label={words.choice(words.kind[kind], words.channel[channel])}
                />
                <span aria-hidden>{words.channel[channel]}</span>
              </label>
            ))}
          </div>
        </fieldset>
      ))}
      <NewOnDesktop settings={settings} />
      <Volume settings={settings} />
    </Modal>
  );
}

/** The browser is asked for desktop notifications here only, and only by a press. */
function Permission() {
  const { desktop } = useApp().alerting;
  const words = useWords().alerts.desktop;
  const [permission, setPermission] = useState(desktop.permission);
  return (
    <div className={css.permission}>
      <p>{words[permission]}</p>
      {permission === "default" && (
        <Button small onClick={() => void desktop.ask().then(setPermission)}>
          {words.allow}
        </Button>
      )}
    </div>
  );
}

function NewOnDesktop({ settings }: { readonly settings: AlertSettings }) {
  const { alerting } = useApp();
  const words = useWords().alerts;
  const nameOfList = useListName();
  const filters = useAppState((state) => state.list.filters);
  const here = formatFilters({ ...filters, sort: noFilters.sort });
  const others = settings.newOnDesktop.filter((query) => query !== here);
  return (
    <fieldset className={css.kind}>
      <legend>{words.newTitle}</legend>
      <p className={css.hint}>{words.newLead}</p>
      <label className={css.check}>
        <input type="checkbox" checked={settings.newOnDesktop.includes(here)} onChange={(event) => alerting.choose(withNewOnDesktop(settings, here, event.target.checked))} />
        <span>{words.newHere(nameOfList(filters))}</span>
      </label>
      {others.map((query) => {
        const name = nameOfList(parseFilters(query));
        return (
          <label key={query} className={css.check}>
            <input type="checkbox" checked onChange={() => alerting.choose(withNewOnDesktop(settings, query, false))} aria-label={words.remove(name)} />
            <span aria-hidden>{name}</span>
          </label>
        );
      })}
    </fieldset>
  );
}

function Volume({ settings }: { readonly settings: AlertSettings }) {
  const { alerting } = useApp();
  const words = useWords().alerts;
  return (
    <div className={css.volume}>
      <label>
        {words.volume}
        <input type="range" min={0} max={100} step={5} value={settings.volume} onChange={(event) => alerting.choose({ ...settings, volume: Number(event.target.value) })} />
      </label>
      <Button small icon={<Volume2 size={15} aria-hidden />} onClick={() => alerting.tryVolume(settings.volume)}>
        {words.tryIt}
      </Button>
      <p className={css.hint}>{words.volumeHint}</p>
    </div>
  );
}
