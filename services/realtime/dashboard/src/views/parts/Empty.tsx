/** A place with nothing in it says why, and what to do. */
import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import css from "./Empty.module.css";

interface Props {
  readonly icon: LucideIcon;
  readonly title: string;
  /** Where it stands for a whole page or panel, its title is the heading of that. */
  readonly heading?: "h1" | "h2" | "p";
  readonly text?: string;
  readonly action?: ReactNode;
}

export function Empty({ icon: Icon, title, heading: Title = "p", text, action }: Props) {
  return (
    <div className={css.empty}>
      <span className={css.icon}>
        <Icon size={22} strokeWidth={1.7} aria-hidden />
      </span>
      <Title className={css.title}>{title}</Title>
      {text !== undefined && <p className={css.text}>{text}</p>}
      {action}
    </div>
  );
}
