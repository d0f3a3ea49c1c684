/** What is being loaded, in the shape it will have; says so to those who cannot see it. */
import { useWords } from "../context";
import css from "./Skeleton.module.css";

export function Skeleton({ lines }: { readonly lines: number }) {
  const words = useWords();
  return (
    <div className={css.skeleton} role="status">
      <span className="visually-hidden">{words.loading}</span>
      {Array.from({ length: lines }, (_, line) => (
        <i key={line} className={css.line} aria-hidden />
      ))}
    </div>
  );
}
