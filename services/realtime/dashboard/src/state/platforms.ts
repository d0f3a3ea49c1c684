/** The platforms of a workspace as their keys show them. */
import type { ApiKey } from "../gateway/contract";

export interface KeysOfPlatform {
  readonly id: string;
  readonly keys: readonly ApiKey[];
}

/** Platforms with a key that works first, then by age; within one, keys that work first. */
export function byPlatform(keys: readonly ApiKey[]): readonly KeysOfPlatform[] {
  const works = (key: ApiKey) => Number(key.revoked === true);
  const ids = [...new Set(keys.map((key) => key.platform_id ?? key.id))];
  return ids
    .map((id) => ({ id, keys: keys.filter((key) => (key.platform_id ?? key.id) === id).sort((a, b) => works(a) - works(b)) }))
    .sort((a, b) => Number(a.keys.every((key) => key.revoked)) - Number(b.keys.every((key) => key.revoked)));
}

/** The server writes the last use down once a minute. */
const LATELY_MS = 5 * 60_000;

export function wasUsedLately(key: ApiKey, now: number): boolean {
  return key.revoked !== true && key.last_used_at !== undefined && now - Date.parse(key.last_used_at) < LATELY_MS;
}
