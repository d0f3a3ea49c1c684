/** What went wrong, where one is looking. */
import css from "./Problem.module.css";

export function Problem({ text }: { readonly text: string | undefined }) {
  return (
    <p className={css.problem} role="alert">
      {text}
    </p>
  );
}
