/** Something that is shown this once: a link or a key, to be copied. */
import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { useWords } from "../context";
import { Button } from "../parts/Button";
import { Modal } from "../parts/Modal";
import css from "./Page.module.css";

export function Secret({ title, text, secret, onClose }: { readonly title: string; readonly text: string; readonly secret: string; readonly onClose: () => void }) {
  const words = useWords();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(secret);
    setCopied(true);
  };
  return (
    <Modal
      open
      wide
      onClose={onClose}
      onSubmit={onClose}
      title={title}
      lead={text}
      footer={
        <Button kind="primary" type="submit">
          {words.close}
        </Button>
      }
    >
      <p className={css.secret}>
        <code data-secret>{secret}</code>
        <Button icon={copied ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />} onClick={() => void copy()}>
          {copied ? words.copied : words.copy}
        </Button>
      </p>
    </Modal>
  );
}
