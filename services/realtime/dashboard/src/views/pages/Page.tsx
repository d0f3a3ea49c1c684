/** A page with a title beside the split view: analytics, team, platforms. */
import { LockKeyhole } from "lucide-react";
import type { ReactNode } from "react";
import { useWords } from "../context";
import { Empty } from "../parts/Empty";
import css from "./Page.module.css";

export function Page({ title, lead, actions, children }: { readonly title: string; readonly lead?: string; readonly actions?: ReactNode; readonly children: ReactNode }) {
  return (
    <div className={css.page}>
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

export function NoPermission() {
  const words = useWords();
  return <Empty icon={LockKeyhole} title={words.team.noPermission} />;
}
