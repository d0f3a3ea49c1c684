/** Text exactly as it was written, with http(s) links that can be followed safely: they end before what cannot be seen, and say where they lead. Nothing else of it is markup. */
import { Verbatim } from "./Verbatim";

const LINK = /https?:\/\/[^\s<>"'`\p{Cf}\p{Cc}]+/giu;
const TRAILING = /[.,;:!?)\]}]+$/u;

export function Prose({ text }: { readonly text: string }) {
  const parts: { readonly at: number; readonly text: string; readonly href?: string }[] = [];
  let end = 0;
  for (const found of text.matchAll(LINK)) {
    const href = found[0].replace(TRAILING, "");
    if (!URL.canParse(href)) continue;
    parts.push({ at: end, text: text.slice(end, found.index) }, { at: found.index, text: href, href });
    end = found.index + href.length;
  }
  parts.push({ at: end, text: text.slice(end) });
  return (
    <>
      {parts.map((part) =>
        part.href === undefined ? (
          <Verbatim key={part.at} text={part.text} />
        ) : (
          <a key={`link-${part.at}`} href={part.href} target="_blank" rel="noopener noreferrer nofollow" title={new URL(part.href).host}>
            <Verbatim text={part.text} />
          </a>
        ),
      )}
    </>
  );
}
