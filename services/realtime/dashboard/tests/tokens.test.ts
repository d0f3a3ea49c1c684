/** Contrast of the pairs that occur, in both themes, read from the one file of tokens. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const css = readFileSync(join(import.meta.dirname, "../src/styles/tokens.css"), "utf8");

function token(name: string, theme: "light" | "dark"): string {
  const value = new RegExp(`--${name}: (?:light-dark\\((#\\w+), (#\\w+)\\)|(#\\w+));`, "u").exec(css);
  const found = theme === "light" ? (value?.[1] ?? value?.[3]) : (value?.[2] ?? value?.[3]);
  if (found === undefined) throw new Error(`no token ${name}`);
  return found;
}

/** Relative luminance, WCAG 2.2. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((start) => {
    const part = parseInt(hex.slice(start, start + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, two: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(two)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

const GROUNDS = ["bg", "panel", "raised", "sunken", "hover", "selected"];
const TEXT: readonly (readonly [string, string])[] = [
  ...["ink", "ink-2", "ink-3"].flatMap((ink) => GROUNDS.map((ground) => [ink, ground] as const)),
  ...["ai", "you", "other", "wait", "need"].map((status) => [`st-${status}`, `st-${status}-bg`] as const),
  ...["st-need", "st-wait", "accent"].flatMap((ink) => ["panel", "raised", "bg"].map((ground) => [ink, ground] as const)),
  ["accent", "accent-soft"],
  ["accent", "selected"],
  ["st-you", "panel"],
  ["accent-ink", "accent"],
  ["accent-ink", "accent-strong"],
  ["user-ink", "user-bg"],
  ["ai-ink", "ai-bg"],
  ["ink-2", "ai-bg"],
  ["sys-ink", "sys-bg"],
  ["note-ink", "note-bg"],
  ["note-ink", "panel"],
  ["ink", "st-ai-bg"],
  ["ink", "st-wait-bg"],
  ["ink", "accent-soft"],
  ["ink-2", "accent-soft"],
  ["panel", "st-need"],
];
const SHAPES: readonly (readonly [string, string])[] = [
  ...["panel", "raised", "sunken"].map((ground) => ["edge", ground] as const),
  ...["panel", "bg", "raised"].map((ground) => ["focus", ground] as const),
  ["online", "panel"],
  ["accent", "panel"],
];

describe.each(["light", "dark"] as const)("in the %s theme", (theme) => {
  it.each(TEXT)("%s can be read on %s", (ink, ground) => {
    expect(contrast(token(ink, theme), token(ground, theme))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(SHAPES)("%s can be told from %s", (shape, ground) => {
    expect(contrast(token(shape, theme), token(ground, theme))).toBeGreaterThanOrEqual(3);
  });
});
