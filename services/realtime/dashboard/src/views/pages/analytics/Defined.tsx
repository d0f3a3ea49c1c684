/** What a figure means: shown on hover, on focus, and on a press. */
import { Popover } from "@base-ui/react/popover";
import { Info } from "lucide-react";
import { useState } from "react";
import { useWords } from "../../context";
import css from "./Analytics.module.css";

const DELAY_MS = 150;

export function Defined({ figure, text }: { readonly figure: string; readonly text: string }) {
  const words = useWords().analytics;
  const [open, setOpen] = useState(false);
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger
        className={css.info}
        openOnHover
        delay={DELAY_MS}
        aria-label={words.definitionOf(figure)}
        onFocus={(event) => event.currentTarget.matches(":focus-visible") && setOpen(true)}
        onBlur={() => setOpen(false)}
      >
        <Info size={14} aria-hidden />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner className={css.positioner} sideOffset={6} collisionPadding={12}>
          <Popover.Popup className={css.definition} initialFocus={false} finalFocus={false}>
            <Popover.Description>{text}</Popover.Description>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
