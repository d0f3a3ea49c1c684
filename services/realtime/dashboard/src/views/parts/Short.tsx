/** When something was: the time of day, or the date where it was not today. */
import { useAtNow, useFormat } from "../context";

export function Short({ at }: { readonly at: string }) {
  const format = useFormat();
  return useAtNow((now) => format.short(at, now));
}
