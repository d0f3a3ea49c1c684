/** The platforms of a workspace as their keys show them. */
import type { ApiKey, Instant, Watcher } from "../gateway/contract";

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

/** Whether a platform fetches what agents write: now, not since then, or it never did. */
export type Listening = { readonly kind: "now" } | { readonly kind: "not_since"; readonly at: Instant } | { readonly kind: "never" };

export function listeningOf(platformId: string, watchers: readonly Watcher[]): Listening {
  const its = watchers.filter((watcher) => watcher.platform_id === platformId);
  if (its.some((watcher) => watcher.connected === true)) return { kind: "now" };
  const at = its.flatMap((watcher) => watcher.last_seen_at ?? []).sort().at(-1);
  return at === undefined ? { kind: "never" } : { kind: "not_since", at };
}
