/** Sizes follow the reader's own: in rem, and no text under 12 px where 1 rem is 16. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const SOURCES = join(import.meta.dirname, "../src");
const FILES = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".css"));
const SMALLEST_REM = 0.75;
/** Hairlines, outlines and small ways in motion may be in pixels; and where a media query turns. */
const MOST_PIXELS = 8;

describe.each(FILES)("%s", (file) => {
  const css = readFileSync(join(SOURCES, file), "utf8").replace(/\/\*[\s\S]*?\*\//gu, "");

  it("has sizes in rem", () => {
    const lines = css.split("\n").filter((line) => !line.includes("@media") && !line.includes("shadow"));
    const pixels = lines.flatMap((line) => [...line.matchAll(/(\d+(?:\.\d+)?)px/gu)].map(([, count]) => ({ line: line.trim(), count: Number(count) })));
    expect(pixels.filter(({ count }) => count > MOST_PIXELS)).toEqual([]);
  });

  it("has no text under 12 px", () => {
    const sizes = [...css.matchAll(/(?:font-size:|--t-\w+:|font:[^;]*?\s)\s*(\d*\.?\d+)(rem|px|em|pt)/gu)];
    expect(sizes.filter(([, size, unit]) => unit !== "rem" || Number(size) < SMALLEST_REM).map(([whole]) => whole)).toEqual([]);
  });
});
