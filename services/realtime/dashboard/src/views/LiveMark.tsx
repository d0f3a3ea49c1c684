/** How live the page is: a word in the list's head, and a banner when it is not. */
import { TriangleAlert } from "lucide-react";
import { liveWord } from "../state/live";
import { useAppState, useFormat, useWords } from "./context";
import { cx } from "./cx";
import css from "./LiveMark.module.css";
import { Button } from "./parts/Button";

export function LiveMark() {
  const words = useWords();
  const word = liveWord(useAppState((state) => state.live));
  const text = { live: words.live.live, connecting: words.live.connecting, stale: words.live.staleShort, reconnecting: words.live.reconnectingShort, stopped: words.live.stoppedShort }[word];
  return <span className={cx(css.mark, css[word])}>{text}</span>;
}

export function LiveBanner() {
  const words = useWords();
  const format = useFormat();
  const live = useAppState((state) => state.live);
  const word = liveWord(live);
  if (word === "live" || word === "connecting") return null;
  return (
    <div className={css.banner} role="status">
      <TriangleAlert size={16} aria-hidden />
      <span>
        {word === "stale" && words.live.stale(format.time(live.staleSince ?? 0))}
        {word === "reconnecting" && words.live.reconnecting(format.time(live.lostSince ?? 0))}
        {word === "stopped" && words.live.stopped}
      </span>
      {word === "stopped" && (
        <Button small onClick={() => location.reload()}>
          {words.live.reload}
        </Button>
      )}
    </div>
  );
}
