/** The page of templates: which are shown, in which folders, how one is edited beside somebody else who does. */
import type { TemplateBody } from "../gateway/around";
import type { Account, Template } from "../gateway/contract";

export interface Folder {
  /** "" for those without one. */
  readonly name: string;
  readonly templates: readonly Template[];
}

/** Every word of the search stands in name, text or folder; folders by name, those without one last. */
export function foldersOf(templates: readonly Template[], search: string, whose: "all" | "shared" | "own"): readonly Folder[] {
  const words = search.toLowerCase().split(/\s+/u).filter(Boolean);
  const found = templates.filter((template) => {
    const isShared = template.owner_id === undefined;
    if (whose !== "all" && isShared !== (whose === "shared")) return false;
    const text = `${template.name}\n${template.text}\n${template.folder ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word.startsWith("/") ? word.slice(1) : word));
  });
  const names = [...new Set(found.map((template) => template.folder ?? ""))].sort((a, b) => Number(a === "") - Number(b === "") || a.localeCompare(b));
  return names.map((name) => ({ name, templates: found.filter((template) => (template.folder ?? "") === name).sort((a, b) => a.name.localeCompare(b.name)) }));
}

/** Shared ones are edited by supervisors and administrators, one's own by oneself. */
export function mayEdit(template: Template, me: Pick<Account, "id" | "role">): boolean {
  return template.owner_id === undefined ? me.role !== "agent" : template.owner_id === me.id;
}

export const newTemplate = (shared: boolean, locale: string): TemplateBody => ({ name: "", text: "", locale, folder: "", revision: 0, shared });

export function bodyOf(template: Template): TemplateBody {
  const { name, text, locale = "", folder = "", revision = 0 } = template;
  return { name, text, locale, folder, revision, shared: template.owner_id === undefined };
}

/** Whether the fields that a person writes differ. */
export function isChanged(one: TemplateBody, other: TemplateBody): boolean {
  return one.name !== other.name || one.text !== other.text || one.locale !== other.locale || one.folder !== other.folder || one.shared !== other.shared;
}

export type TemplateFault = "name" | "text" | undefined;

/** What the server would refuse, told before it is asked: the first field at fault. */
export function faultOf(body: TemplateBody): TemplateFault {
  if (!/^[^\s/]{1,40}$/u.test(body.name)) return "name";
  return body.text.trim() === "" ? "text" : undefined;
}

/** Variables that templates may use, with what a preview shows for them. */
export const VARIABLES = ["user.name", "user.email", "user.id", "agent.name"] as const;
