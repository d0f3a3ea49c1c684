/** Templates in the message box: when `/` opens them, which ones, and how their blanks are filled. */
import type { Template } from "../gateway/contract";

export interface Slash {
  /** Where the `/` is. */
  readonly from: number;
  readonly query: string;
}

/** The `/word` that the caret stands behind: at the start of the text or after white space, and without white space in it. */
export function slashAt(text: string, caret: number): Slash | undefined {
  const found = /(?:^|\s)\/([^\s/]*)$/u.exec(text.slice(0, caret));
  return found ? { from: caret - (found[1]?.length ?? 0) - 1, query: found[1] ?? "" } : undefined;
}

/** Templates whose name or text has the query in it: names that begin with it first, then names, then texts; among those what oneself uses most, then the conversation's language. */
export function findTemplates(templates: readonly Template[], query: string, locale?: string): readonly Template[] {
  const wanted = query.toLowerCase();
  const language = (text: string | undefined) => text?.split("-")[0] ?? "";
  const rank = (template: Template): number => {
    const name = template.name.toLowerCase();
    if (name.startsWith(wanted)) return 0;
    if (name.includes(wanted)) return 1;
    return template.text.toLowerCase().includes(wanted) && wanted.length > 1 ? 2 : 3;
  };
  const foreign = (template: Template) => (template.locale !== undefined && locale !== undefined && language(template.locale) !== language(locale) ? 1 : 0);
  return templates
    .filter((template) => rank(template) < 3)
    .sort((a, b) => rank(a) - rank(b) || (b.own_uses ?? 0) - (a.own_uses ?? 0) || foreign(a) - foreign(b) || (b.uses ?? 0) - (a.uses ?? 0) || a.name.localeCompare(b.name));
}

export type Variables = Readonly<Record<string, string | undefined>>;

const BLANK = /\{\{\s*([\w.]+)\s*(?:\|([^{}]*))?\}\}/gu;

/** Fill `{{user.name}}` and `{{user.name|there}}`; a blank without value or default stays as it is, and is named in `blanks`. */
export function fillTemplate(text: string, variables: Variables): { text: string; blanks: readonly string[] } {
  const blanks: string[] = [];
  const filled = text.replace(BLANK, (whole, name: string, fallback: string | undefined) => {
    const value = variables[name] ?? fallback?.trim();
    if (value !== undefined && value !== "") return value;
    blanks.push(whole);
    return whole;
  });
  return { text: filled, blanks };
}

/** Put the template's text in place of the `/word`; the caret goes behind it, or onto its first blank. */
export function insertAt(text: string, from: number, to: number, inserted: string): { text: string; caret: number } {
  return { text: text.slice(0, from) + inserted + text.slice(to), caret: from + inserted.length };
}
