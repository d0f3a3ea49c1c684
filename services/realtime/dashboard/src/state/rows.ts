/** The rows of the list by id. A row only ever becomes newer: an older version never overwrites a newer one. */
import type { Row, RowPatch } from "../gateway/contract";

export type Rows = Readonly<Record<string, Row>>;

/** When and by whom the patch itself came about is not of the row. */
const NOT_KEPT = new Set(["at", "by"]);

/** Take over rows as the server sent them whole. */
export function withRows(rows: Rows, fresh: readonly Row[]): Rows {
  const changed = fresh.filter((row) => row.seq >= (rows[row.conversation_id]?.seq ?? 0));
  return changed.length === 0 ? rows : { ...rows, ...Object.fromEntries(changed.map((row) => [row.conversation_id, row])) };
}

/** The row with one event's patch, or undefined when the row is not known and the patch does not begin one. */
export function patched(row: Row | undefined, patch: RowPatch): Row | undefined {
  if (row === undefined && patch.started_at === undefined) return undefined;
  if (row !== undefined && patch.seq <= row.seq) return row;
  const more = Math.max(0, (patch.user_message_count ?? 0) - (row?.user_message_count ?? 0));
  return withoutNulls({ ...row, ...patch, unread: (row?.unread ?? 0) + more });
}

/** What a patch says as a row says it: null takes a value away. */
export function withoutNulls(patch: RowPatch): Row {
  return Object.fromEntries(Object.entries(patch).filter(([name, value]) => value !== null && !NOT_KEPT.has(name))) as unknown as Row;
}

/** Nothing of the conversation up to `seq` is unread any more; user messages that came later still are. */
export function withRead(rows: Rows, id: string, readSeq: number, unread: number): Rows {
  const row = rows[id];
  if (row === undefined || readSeq < (row.read_seq ?? 0)) return rows;
  return { ...rows, [id]: { ...row, read_seq: readSeq, unread } };
}
