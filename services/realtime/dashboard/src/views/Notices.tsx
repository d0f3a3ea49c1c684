/** What the page points out, in a corner: never taking the focus, never moving what is on the screen; no live region, the announcer says what must be said. */
import { ArrowRightLeft, Bell, CircleAlert, MessageCirclePlus, MessageSquareText, X } from "lucide-react";
import type { AlertSettings } from "../state/alerts";
import { alertKindOf, type Notice, targetOf } from "../state/notices";
import { conversationPath } from "../state/route";
import { navigate, useApp, useAppState, usePlace, useWords } from "./context";
import { cx } from "./cx";
import css from "./Notices.module.css";
import { Button, IconButton } from "./parts/Button";
import { noticeBody, noticeTitle } from "./noticeWords";

const ICON = {
  message: MessageSquareText,
  new: MessageCirclePlus,
  needs_human: Bell,
  given_to_me: ArrowRightLeft,
  control_lost: CircleAlert,
  problem: CircleAlert,
  transferred: ArrowRightLeft,
} as const satisfies Record<Notice["kind"], unknown>;

/** Those whose time has come and whose kind is wanted on the page; answers to what this agent did always. */
function shown(notices: readonly Notice[], { kinds }: AlertSettings): readonly Notice[] {
  return notices.filter((notice) => {
    const kind = alertKindOf(notice);
    return notice.due === undefined && (kind === undefined || kinds[kind].page);
  });
}

export function Notices() {
  const words = useWords();
  const { route } = usePlace();
  const notices = useAppState((state) => state.notices);
  const alerts = useAppState((state) => state.alerts);
  return (
    <section className={cx(css.notices, route.page === "conversations" && route.id !== undefined && css.overChat)} aria-label={words.notices.label}>
      <ol>
        {shown(notices, alerts).map((notice) => (
          <Line key={notice.id} notice={notice} />
        ))}
      </ol>
    </section>
  );
}

function Line({ notice }: { readonly notice: Notice }) {
  const app = useApp();
  const words = useWords();
  const { url } = usePlace();
  const target = targetOf(notice);
  const title = useAppState((state) => noticeTitle(notice, words, state.rows));
  const body = noticeBody(notice);
  const Icon = ICON[notice.kind];
  const dismiss = () => app.ports.store.dispatch({ type: "notice.dismissed", id: notice.id });
  return (
    <li className={cx(css.notice, css[notice.kind])}>
      <Icon size={17} aria-hidden />
      <span className={css.text}>
        {title}
        {body !== "" && <small>{body}</small>}
      </span>
      {target !== undefined && (
        <Button
          small
          onClick={() => {
            dismiss();
            navigate(conversationPath(target, url.search));
          }}
        >
          {words.notices.open}
        </Button>
      )}
      {notice.kind === "transferred" && (
        <Button
          small
          onClick={() => {
            dismiss();
            void app.acting.takeOver(notice.conversationId);
          }}
        >
          {words.handover.undo}
        </Button>
      )}
      <IconButton className={css.dismiss} label={words.notices.dismiss} onClick={dismiss}>
        <X size={15} aria-hidden />
      </IconButton>
    </li>
  );
}
