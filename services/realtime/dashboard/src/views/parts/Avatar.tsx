/** Initials in a circle, with a dot for presence. Decoration: the name stands beside it. */
import type { PresenceState } from "../../gateway/contract";
import { cx } from "../cx";
import css from "./Avatar.module.css";

const graphemes = new Intl.Segmenter();

export function initials(name: string): string {
  const words = name.split(/[\s._@-]+/u).filter((word) => word !== "");
  const letters = words.length > 1 ? [words[0], words[1]] : [words[0]];
  const text = letters.map((word) => Array.from(graphemes.segment(word ?? ""), (part) => part.segment)[0] ?? "").join("");
  return (text === "" ? "?" : text).toLocaleUpperCase();
}

interface Props {
  readonly name: string;
  readonly tone?: "user" | "ai" | "me" | "other";
  readonly small?: boolean;
  readonly presence?: PresenceState | undefined;
}

export function Avatar({ name, tone = "other", small = false, presence }: Props) {
  return (
    <span className={cx(css.avatar, css[tone], small && css.small)} aria-hidden>
      {tone === "ai" ? "AI" : initials(name)}
      {presence !== undefined && <i className={cx(css.dot, css[presence])} />}
    </span>
  );
}
