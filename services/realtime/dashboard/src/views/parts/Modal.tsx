/** A dialog in the middle of the screen: focus goes in, stays in, and comes back. */
import { Dialog } from "@base-ui/react/dialog";
import type { ReactNode, SubmitEvent } from "react";
import { cx } from "../cx";
import css from "./Modal.module.css";

interface Props {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly lead?: ReactNode;
  readonly wide?: boolean;
  readonly children?: ReactNode;
  readonly footer: ReactNode;
  /** Enter in a field, or the button of the footer that has type="submit". */
  readonly onSubmit: () => void;
}

export function Modal({ open, onClose, title, lead, wide = false, children, footer, onSubmit }: Props) {
  function submit(event: SubmitEvent<HTMLFormElement>): void {
    event.preventDefault();
    event.stopPropagation();
    onSubmit();
  }
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={css.veil} />
        <Dialog.Popup className={cx(css.popup, wide && css.wide)}>
          <form onSubmit={submit} className={css.form} noValidate>
            <div className={css.body}>
              <Dialog.Title className={css.title}>{title}</Dialog.Title>
              {lead !== undefined && <Dialog.Description className={css.lead}>{lead}</Dialog.Description>}
              {children}
            </div>
            <footer className={css.footer}>{footer}</footer>
          </form>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
