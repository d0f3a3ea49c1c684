/** How live the page is: a word in the list's head, and a banner when it is not: since when, and what it does about it. */
import { TriangleAlert } from "lucide-react";
import { type LiveWord, liveWord } from "../state/live";
import type { Words } from "../words/en";
import { useApp, useAppState, useFormat, useWords } from "./context";
import { cx } from "./cx";
import css from "./LiveMark.module.css";
import { Button } from "./parts/Button";

export function LiveMark() {
  const words = useWords();
  const word = liveWord(useAppState((state) => state.live));
  const text = {
    live: words.live.live,
    connecting: words.live.connecting,
    stale: words.live.staleShort,
    reconnecting: words.live.reconnectingShort,
    offline: words.offline.short,
    stopped: words.live.stoppedShort,
  }[word];
  return <span className={cx(css.mark, css[word])}>{text}</span>;
}

function bannerWords(word: LiveWord, since: string, { live, offline }: Words): string {
  switch (word) {
    case "stale":
      return live.stale(since);
    case "reconnecting":
      return `${live.reconnecting(since)} ${offline.comesBack}`;
    case "offline":
      return `${offline.banner(since)} ${offline.comesBack}`;
    default:
      return live.stopped;
  }
}

export function LiveBanner() {
  const app = useApp();
  const words = useWords();
  const format = useFormat();
  const live = useAppState((state) => state.live);
  const word = liveWord(live);
  if (word === "live" || word === "connecting") return null;
  const since = format.time((word === "stale" ? live.staleSince : live.lostSince) ?? app.ports.clock.now());
  return (
    <div className={css.banner} role="status" data-banner={word}>
      <TriangleAlert size={16} aria-hidden />
      <span>{bannerWords(word, since, words)}</span>
      {word === "reconnecting" && (
        <Button small onClick={app.online}>
          {words.offline.retry}
        </Button>
      )}
      {word === "stopped" && (
        <Button small onClick={() => location.reload()}>
          {words.live.reload}
        </Button>
      )}
    </div>
  );
}
