/** Where in the dashboard one is: the URL, read and written. */
import type { Role } from "../gateway/contract";

export type Route =
  | { readonly page: "login"; readonly next: string }
  | { readonly page: "set_password"; readonly token: string }
  | { readonly page: "conversations"; readonly id?: string }
  | { readonly page: "analytics" }
  | { readonly page: "templates"; readonly id?: string }
  | { readonly page: "team" }
  | { readonly page: "platforms" }
  | { readonly page: "settings" }
  | { readonly page: "profile" }
  | { readonly page: "unknown" };

export const ROOT = "/human-agent";

/** Only a path of the dashboard itself is gone on to after logging in. */
function safeNext(next: string | null): string {
  return next !== null && next.startsWith(`${ROOT}/`) && !next.startsWith(`${ROOT}/login`) ? next : `${ROOT}/conversations`;
}

export function parseRoute(url: URL): Route {
  const [page = "conversations", id] = url.pathname.slice(ROOT.length).split("/").filter((part) => part !== "").map(decodeURIComponent);
  switch (page) {
    case "login":
      return { page, next: safeNext(url.searchParams.get("next")) };
    case "set-password": {
      const hash = new URLSearchParams(url.hash.slice(1));
      return { page: "set_password", token: hash.get("token") ?? url.searchParams.get("token") ?? "" };
    }
    case "conversations":
    case "templates":
      return id === undefined ? { page } : { page, id };
    case "analytics":
    case "team":
    case "platforms":
    case "settings":
    case "profile":
      return { page };
    default:
      return { page: "unknown" };
  }
}

export function conversationPath(id: string | undefined, query = ""): string {
  return id === undefined ? `${ROOT}/conversations${query}` : `${ROOT}/conversations/${encodeURIComponent(id)}${query}`;
}

/** The pages that the rail and the command menu lead to, and who may see them. */
export const PAGES = ["conversations", "analytics", "templates", "team", "platforms", "settings"] as const;
export type Page = (typeof PAGES)[number];

export function maySee(page: Page, role: Role): boolean {
  if (page === "team") return role !== "agent";
  return role === "administrator" || (page !== "platforms" && page !== "settings");
}

export function loginPath(next: string): string {
  return next === `${ROOT}/conversations` || !next.startsWith(`${ROOT}/`) ? `${ROOT}/login` : `${ROOT}/login?next=${encodeURIComponent(next)}`;
}
