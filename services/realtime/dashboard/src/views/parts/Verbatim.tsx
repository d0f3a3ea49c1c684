/** What people and AIs have written, exactly as it was written. */
import { longWords } from "../../state/marking";
import css from "./Verbatim.module.css";

export function Verbatim({ text }: { readonly text: string }) {
  return longWords(text).map((part) =>
    part.found ? (
      <span key={part.at} className={css.long}>
        {part.text}
      </span>
    ) : (
      part.text
    ),
  );
}
