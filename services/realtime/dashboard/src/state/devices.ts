/** What a browser's own words about itself come to: "Chrome · Windows". A guess for people, nothing hangs on it. */

const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg\//u, "Edge"],
  [/\bOPR\//u, "Opera"],
  [/\bFirefox\//u, "Firefox"],
  [/\bChrome\//u, "Chrome"],
  [/\bVersion\/.*\bSafari\//u, "Safari"],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b/u, "iPhone"],
  [/\biPad\b/u, "iPad"],
  [/\bAndroid\b/u, "Android"],
  [/\bWindows\b/u, "Windows"],
  [/\bMac OS X\b/u, "macOS"],
  [/\bLinux\b/u, "Linux"],
];

/** Undefined when nothing of it is known. */
export function deviceOf(userAgent: string | undefined): string | undefined {
  const first = (names: typeof BROWSERS) => names.find(([pattern]) => pattern.test(userAgent ?? ""))?.[1];
  const known = [first(BROWSERS), first(SYSTEMS)].filter((name) => name !== undefined);
  if (known.length > 0) return known.join(" · ");
  return userAgent === undefined || userAgent === "" ? undefined : userAgent.slice(0, 40);
}
