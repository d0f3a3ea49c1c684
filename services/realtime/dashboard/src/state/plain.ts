/** Foreign text for places that are not ours to style: the tab's title, the system's notifications, what is read aloud. */

/** Controls, and marks that turn the direction of what stands around them (UAX #9), or are not seen at all. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\u3164\ufeff\uffa0]+/gu;

/** One line of visible text, at most so many characters, cut between whole ones. */
export function plainLine(text: string, most = 120): string {
  const line = text.replace(UNSEEN, " ").replace(/\s+/gu, " ").trim();
  if (line.length <= most) return line;
  // A character that people see may be many for the machine: those of a family are eight.
  const seen = [...new Intl.Segmenter().segment(line.slice(0, most * 16))].map(({ segment }) => segment);
  return seen.length <= most ? line : `${seen.slice(0, most - 1).join("")}…`;
}
