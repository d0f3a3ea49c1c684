/** Ask once before a template is gone. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Template } from "../../../gateway/contract";
import { reasonOf } from "../../../gateway/errors";
import { useApp, useWords } from "../../context";
import { Button } from "../../parts/Button";
import { Modal } from "../../parts/Modal";
import { Problem } from "../../parts/Problem";
import { problemWords } from "../../problem";

export function DeleteTemplate({ template, onClose, onDeleted }: { readonly template: Template; readonly onClose: () => void; readonly onDeleted: () => void }) {
  const app = useApp();
  const words = useWords();
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => app.ports.api.template.remove(template.id),
    onSuccess: () => {
      onDeleted();
      return queries.invalidateQueries({ queryKey: ["templates"] });
    },
  });
  return (
    <Modal
      open
      onClose={onClose}
      onSubmit={() => !remove.isPending && remove.mutate()}
      title={words.templates.removeTitle(template.name)}
      lead={template.owner_id === undefined ? words.templates.removeText : words.templates.removeOwnText}
      footer={
        <>
          <Problem text={remove.error === null ? undefined : problemWords(words, reasonOf(remove.error))} />
          <Button kind="quiet" onClick={onClose}>
            {words.cancel}
          </Button>
          <Button kind="danger" type="submit" busy={remove.isPending}>
            {words.templates.remove}
          </Button>
        </>
      }
    />
  );
}
