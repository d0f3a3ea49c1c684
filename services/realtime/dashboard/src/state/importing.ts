/** A CSV file of accounts: rows as the server wants them, and the links as a file again. */
import type { ImportedRow, ImportResult } from "../gateway/around";
import type { Role } from "../gateway/contract";

export const MOST_ROWS = 200;

export type Parsed = { readonly rows: readonly (ImportedRow & { readonly givenRole: string })[] } | { readonly fault: "columns" | "noRows" | "tooMany" };

/** Cells of CSV (RFC 4180): quotes around a cell, doubled inside; commas, or semicolons where the first line has those. */
export function parseCsv(text: string): readonly (readonly string[])[] {
  const clean = text.replace(/^\uFEFF/u, "");
  const firstLine = clean.split(/\r?\n/u, 1)[0] ?? "";
  const separator = firstLine.includes(";") && !firstLine.includes(",") ? ";" : ",";
  const lines: string[][] = [];
  let line: string[] = [];
  let cell = "";
  let quoted = false;
  const endCell = () => {
    line.push(cell);
    cell = "";
  };
  for (let at = 0; at < clean.length; at += 1) {
    const char = clean.charAt(at);
    if (quoted) {
      if (char !== '"') cell += char;
      else if (clean.charAt(at + 1) === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (char === '"' && cell === "") quoted = true;
    else if (char === separator) endCell();
    else if (char === "\n") {
      endCell();
      lines.push(line);
      line = [];
    } else if (char !== "\r") cell += char;
  }
  endCell();
  lines.push(line);
  return lines.filter((cells) => cells.some((each) => each.trim() !== ""));
}

const COLUMNS: Readonly<Record<string, keyof ImportedRow>> = { email: "email", "e-mail": "email", name: "name", display_name: "display_name", "display name": "display_name", role: "role" };
const ROLES: readonly Role[] = ["agent", "supervisor", "administrator"];

/** Rows by the names of their columns; without a role an agent. What a row has wrong is the server's to say, but a role that is none has no word there. */
export function parseAccounts(text: string): Parsed {
  const [head = [], ...lines] = parseCsv(text);
  const columns = head.map((name) => COLUMNS[name.trim().toLowerCase()]);
  if (!columns.includes("email") || !columns.includes("name")) return { fault: "columns" };
  if (lines.length === 0) return { fault: "noRows" };
  if (lines.length > MOST_ROWS) return { fault: "tooMany" };
  const rows = lines.map((cells) => {
    const of = (column: keyof ImportedRow) => cells[columns.indexOf(column)]?.trim() ?? "";
    const givenRole = of("role").toLowerCase();
    const role = givenRole === "" ? "agent" : ROLES.find((each) => each === givenRole);
    return { email: of("email"), name: of("name"), display_name: of("display_name"), givenRole, ...(role === undefined ? {} : { role }) };
  });
  return { rows };
}

/** A cell that a spreadsheet takes for a formula is made a text. */
function cellOf(text: string): string {
  const safe = /^[=+\-@\t]/u.test(text) ? `'${text}` : text;
  return /[",\r\n]/u.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function linksCsv(results: readonly ImportResult[], linkOf: (token: string) => string): string {
  const lines = results.map((result) => [result.account?.email ?? "", result.account?.name ?? "", linkOf(result.link_token ?? "")].map(cellOf).join(","));
  return ["email,name,link", ...lines, ""].join("\r\n");
}
