/** A labelled field: text, several lines, or a choice. */
import { type InputHTMLAttributes, type ReactNode, type Ref, type SelectHTMLAttributes, type TextareaHTMLAttributes, useId } from "react";
import { cx } from "../cx";
import css from "./Field.module.css";

interface Frame {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
}

function Framed({ label, hint, error, id, children }: Frame & { readonly id: string; readonly children: ReactNode }) {
  return (
    <div className={css.field}>
      <label htmlFor={id} className={css.label}>
        {label} {hint !== undefined && <span className={css.hint}>{hint}</span>}
      </label>
      {children}
      {error !== undefined && (
        <p id={`${id}-error`} className={css.error} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

export function TextField({ label, hint, error, className, ...rest }: Frame & InputHTMLAttributes<HTMLInputElement> & { readonly ref?: Ref<HTMLInputElement> }) {
  const id = useId();
  return (
    <Framed label={label} hint={hint} error={error} id={id}>
      <input {...rest} id={id} className={cx(css.input, className)} aria-invalid={error !== undefined || undefined} aria-describedby={error === undefined ? undefined : `${id}-error`} />
    </Framed>
  );
}

export function TextArea({ label, hint, error, className, ...rest }: Frame & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const id = useId();
  return (
    <Framed label={label} hint={hint} error={error} id={id}>
      <textarea rows={2} {...rest} id={id} className={cx(css.input, css.area, className)} aria-invalid={error !== undefined || undefined} />
    </Framed>
  );
}

export function SelectField({ label, hint, error, children, ...rest }: Frame & SelectHTMLAttributes<HTMLSelectElement>) {
  const id = useId();
  return (
    <Framed label={label} hint={hint} error={error} id={id}>
      <select {...rest} id={id} className={css.input}>
        {children}
      </select>
    </Framed>
  );
}
