/** A place with nothing in it says why, and what to do. */
import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import css from "./Empty.module.css";

export function Empty({ icon: Icon, title, text, action }: { readonly icon: LucideIcon; readonly title: string; readonly text?: string; readonly action?: ReactNode }) {
  return (
    <div className={css.empty}>
      <span className={css.icon}>
        <Icon size={22} strokeWidth={1.7} aria-hidden />
      </span>
      <p className={css.title}>{title}</p>
      {text !== undefined && <p className={css.text}>{text}</p>}
      {action}
    </div>
  );
}
