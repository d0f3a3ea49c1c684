/** A table to save. Its address is followed by the browser itself, so the session is renewed first: nothing would ask again. */
import { Download } from "lucide-react";
import type { MouseEvent } from "react";
import { useApp, useWords } from "../../context";
import { cx } from "../../cx";
import button from "../../parts/Button.module.css";

export function CsvLink({ href, label }: { readonly href: string; readonly label: string }) {
  const app = useApp();
  const words = useWords().analytics;

  function onClick(event: MouseEvent<HTMLAnchorElement>): void {
    // The second time it is the press below.
    if (!event.isTrusted) return;
    event.preventDefault();
    const link = event.currentTarget;
    const follow = () => link.click();
    void app.session.check().then(follow, follow);
  }

  return (
    <a className={cx(button.button, button.plain, button.small)} href={href} download aria-label={label} title={label} onClick={onClick}>
      <Download size={14} aria-hidden />
      {words.csv}
    </a>
  );
}
