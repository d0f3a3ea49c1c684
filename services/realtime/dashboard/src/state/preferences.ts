/** What one browser keeps of its user's taste. */

export type Language = "en" | "id";
export type Theme = "light" | "dark" | "system";

export type Density = "comfortable" | "compact";

export interface Preferences {
  readonly language: Language;
  readonly theme: Theme;
  readonly density: Density;
  /** Single keys move and open in the list and in the history. */
  readonly singleKeys: boolean;
}

const KEY = "baton.preferences";

/** Kept preferences, else the browser's language and the device's theme. */
export function readPreferences(storage: Storage | undefined, browserLanguages: readonly string[]): Preferences {
  const byBrowser: Language = browserLanguages[0]?.toLowerCase().startsWith("id") === true ? "id" : "en";
  let kept: Partial<Record<string, unknown>> = {};
  try {
    const value: unknown = JSON.parse(storage?.getItem(KEY) ?? "{}");
    if (typeof value === "object" && value !== null) kept = value;
  } catch {
    // As if nothing were kept.
  }
  return {
    language: kept.language === "en" || kept.language === "id" ? kept.language : byBrowser,
    theme: kept.theme === "light" || kept.theme === "dark" ? kept.theme : "system",
    density: kept.density === "compact" ? "compact" : "comfortable",
    singleKeys: kept.singleKeys !== false,
  };
}

export function writePreferences(storage: Storage | undefined, preferences: Preferences): void {
  try {
    storage?.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // They last as long as the page.
  }
}
