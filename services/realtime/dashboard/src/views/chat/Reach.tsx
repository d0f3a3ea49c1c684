/** Lines under the head: the platform is not connected, the holder is away and for how long yet. */
import { Clock, Unplug } from "lucide-react";
import type { Row } from "../../gateway/contract";
import { useWords } from "../context";
import { Countdown } from "../parts/Badge";
import { useConnected, useReturnsAt } from "../reach";
import css from "./Reach.module.css";

export function Reach({ row }: { readonly row: Row }) {
  const words = useWords().desk;
  const connected = useConnected(row);
  const returns = useReturnsAt(row);
  const holder = row.control.agent?.display_name ?? "";
  return (
    <>
      {connected === false && row.control.holder !== "closed" && (
        <p className={css.line} data-unplugged>
          <Unplug size={15} aria-hidden /> {words.platform.head(row.ai_agent?.name ?? "AI")}
        </p>
      )}
      {returns !== undefined && (
        <p className={css.line}>
          <Clock size={15} aria-hidden /> <Countdown to={returns} words={(time) => words.away.returns(holder, time)} />
        </p>
      )}
    </>
  );
}
