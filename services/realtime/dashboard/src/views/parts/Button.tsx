/** The three kinds of button. */
import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { cx } from "../cx";
import css from "./Button.module.css";

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly kind?: "primary" | "soft" | "plain" | "quiet" | "danger";
  readonly small?: boolean;
  readonly icon?: ReactNode;
  /** What happens is under way: the button answers no second press, and keeps its focus. */
  readonly busy?: boolean;
  readonly ref?: Ref<HTMLButtonElement>;
}

export function Button({ kind = "plain", small = false, icon, busy = false, className, children, onClick, type = "button", ...rest }: Props) {
  return (
    <button
      {...rest}
      type={type}
      className={cx(css.button, css[kind], small && css.small, className)}
      aria-disabled={busy || undefined}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {icon}
      {children}
    </button>
  );
}

/** A button that is only an icon; its name is for those who cannot see it, and its tooltip. */
export function IconButton({ label, className, children, type = "button", ...rest }: ButtonHTMLAttributes<HTMLButtonElement> & { readonly label: string; readonly ref?: Ref<HTMLButtonElement> }) {
  return (
    <button {...rest} type={type} className={cx(css.icon, className)} aria-label={label} title={label}>
      {children}
    </button>
  );
}
