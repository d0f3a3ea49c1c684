/** A choice of one among few, as cards. */
import { useId } from "react";
import css from "./Choices.module.css";

interface Props<K extends string> {
  readonly legend: string;
  readonly value: K;
  readonly onChange: (key: K) => void;
  readonly options: readonly { readonly key: K; readonly title: string; readonly text?: string; readonly disabled?: boolean }[];
}

export function Choices<K extends string>({ legend, value, onChange, options }: Props<K>) {
  const name = useId();
  return (
    <fieldset className={css.choices}>
      <legend className="visually-hidden">{legend}</legend>
      {options.map((option) => (
        <label key={option.key} className={css.choice}>
          <input type="radio" name={name} checked={option.key === value} disabled={option.disabled} onChange={() => onChange(option.key)} />
          <span>
            {option.title}
            {option.text !== undefined && <small>{option.text}</small>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
