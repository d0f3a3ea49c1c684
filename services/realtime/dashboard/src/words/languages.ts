/** The languages of the interface: their own names, and their words, of which only the chosen ones are fetched. */
import type { Language } from "../state/preferences";
import type { Words } from "./en";

export const LANGUAGES: Readonly<Record<Language, string>> = { en: "English", id: "Bahasa Indonesia" };

export async function loadWords(language: Language): Promise<Words> {
  return language === "en" ? (await import("./en")).en : (await import("./id")).id;
}
