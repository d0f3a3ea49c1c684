/** A page with a title beside the split view: analytics, templates, team, platforms, settings, profile. */
import { LockKeyhole } from "lucide-react";
import type { ReactNode } from "react";
import { ROOT } from "../../state/route";
import { navigate, useWords } from "../context";
import { cx } from "../cx";
import { Button } from "../parts/Button";
import { Empty } from "../parts/Empty";
import css from "./Page.module.css";

interface Props {
  readonly title: string;
  readonly lead?: string;
  readonly actions?: ReactNode;
  /** The content scrolls in its own parts and takes all the height there is. */
  readonly filling?: boolean;
  readonly children: ReactNode;
}

export function Page({ title, lead, actions, filling = false, children }: Props) {
  return (
    <div className={cx(css.page, filling && css.filling)}>
      <header className={css.top}>
        <div>
          <h1>{title}</h1>
          {lead !== undefined && <p>{lead}</p>}
        </div>
        {actions}
      </header>
      {children}
    </div>
  );
}

/** Who came here by an address that is not for them is told so, and led back. */
export function NoPermission({ text }: { readonly text?: string }) {
  const words = useWords();
  return <Empty icon={LockKeyhole} heading="h1" title={text ?? words.team.noPermission} action={<Button onClick={() => navigate(`${ROOT}/conversations`)}>{words.notFound.home}</Button>} />;
}
