/** The people of the workspace: who is there and what they have in hand, for supervisors; their accounts, for administrators. */
import { useQuery } from "@tanstack/react-query";
import { FileUp, Search, UserPlus } from "lucide-react";
import { useState } from "react";
import type { Agent } from "../../gateway/contract";
import { type Person, peopleOf } from "../../state/people";
import { maySee, ROOT } from "../../state/route";
import { useColleagues } from "../chat/AgentPicker";
import { useApp, useMe, useWords } from "../context";
import { cx } from "../cx";
import { LettingGoDialog } from "../letting/LettingGoDialog";
import { Button } from "../parts/Button";
import { Loaded } from "./Loaded";
import { NewAccount } from "./NewAccount";
import { NoPermission, Page } from "./Page";
import css from "./Page.module.css";
import { Secret } from "./Secret";
import { ImportDialog } from "./team/ImportDialog";
import { PersonLine } from "./team/PersonLine";
import team from "./team/Team.module.css";

/** The address at which the link's token is used. */
export function passwordLink(token: string): string {
  return token.startsWith("http") ? token : `${location.origin}${ROOT}/set-password#token=${token}`;
}

export default function TeamPage() {
  const words = useWords();
  return maySee("team", useMe().account.role) ? <Team /> : <NoPermission text={words.people.noPermission} />;
}

function Team() {
  const app = useApp();
  const words = useWords();
  const isAdministrator = useMe().account.role === "administrator";
  const accounts = useQuery({ queryKey: ["accounts"], queryFn: app.ports.api.admin.accounts, enabled: isAdministrator });
  const agents = useColleagues();
  const [search, setSearch] = useState("");
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [letting, setLetting] = useState<readonly Agent[]>();
  const [dialog, setDialog] = useState<"new" | "import">();
  const [link, setLink] = useState<{ name: string; token: string }>();

  return (
    <Page
      title={words.team.title}
      lead={words.people.lead}
      actions={
        isAdministrator && (
          <span className={team.actions}>
            <Button icon={<FileUp size={17} aria-hidden />} onClick={() => setDialog("import")}>
              {words.people.import}
            </Button>
            <Button kind="primary" icon={<UserPlus size={17} aria-hidden />} onClick={() => setDialog("new")}>
              {words.team.add}
            </Button>
          </span>
        )
      }
    >
      <Loaded query={isAdministrator && accounts.data === undefined ? accounts : agents} failed={words.team.failed}>
        {() => {
          const people = peopleOf(agents.data ?? [], accounts.data ?? [], search);
          const chosen = people.filter((person) => selected.has(person.id));
          return (
            <>
              <div className={team.bar}>
                <label className={team.search}>
                  <Search size={16} aria-hidden />
                  <input type="search" value={search} onChange={(event) => setSearch(event.target.value)} placeholder={words.people.search} aria-label={words.people.search} />
                </label>
                {chosen.length > 0 && (
                  <span className={team.chosen} role="status">
                    {words.people.selected(chosen.length)}
                    <Button kind="soft" onClick={() => setLetting(chosen)}>
                      {words.people.letGo}
                    </Button>
                  </span>
                )}
              </div>
              <People people={people} isAdministrator={isAdministrator} selected={selected} onSelect={setSelected} onLink={setLink} onLetGo={(person) => setLetting([person])} />
              {people.length === 0 && <p className={css.note}>{words.people.nobody}</p>}
              {people.length === 1 && search === "" && isAdministrator && <p className={css.note}>{words.people.someoneNew}</p>}
            </>
          );
        }}
      </Loaded>
      {dialog === "new" && <NewAccount onClose={() => setDialog(undefined)} onCreated={(name, token) => setLink({ name, token })} />}
      {dialog === "import" && <ImportDialog linkOf={passwordLink} onClose={() => setDialog(undefined)} />}
      {link && <Secret title={words.team.linkTitle(link.name)} text={words.team.linkText} secret={passwordLink(link.token)} onClose={() => setLink(undefined)} />}
      {letting && (
        <LettingGoDialog
          agentIds={letting.map((agent) => agent.id)}
          title={words.letting.othersTitle(letting.length === 1 ? (letting[0]?.display_name ?? "") : words.letting.people(letting.length))}
          lead={words.letting.othersLead}
          onClose={() => {
            setLetting(undefined);
            setSelected(new Set());
            void agents.refetch();
          }}
        />
      )}
    </Page>
  );
}

interface PeopleProps {
  readonly people: readonly Person[];
  readonly isAdministrator: boolean;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (selected: ReadonlySet<string>) => void;
  readonly onLink: (link: { name: string; token: string }) => void;
  readonly onLetGo: (person: Person) => void;
}

function People({ people, isAdministrator, selected, onSelect, onLink, onLetGo }: PeopleProps) {
  const words = useWords();
  const all = people.length > 0 && people.every((person) => selected.has(person.id));
  function select(id: string, isChosen: boolean): void {
    const next = new Set(selected);
    if (isChosen) next.add(id);
    else next.delete(id);
    onSelect(next);
  }
  return (
    <section className={cx(css.card, css.sheet)}>
      <table className={cx(css.table, team.table)}>
        <thead>
          <tr>
            <th scope="col" className={team.tick}>
              <label>
                <input type="checkbox" checked={all} aria-label={words.people.selectAll} onChange={() => onSelect(all ? new Set() : new Set(people.map((person) => person.id)))} />
              </label>
            </th>
            <th scope="col">{words.team.name}</th>
            <th scope="col">{words.people.presence}</th>
            <th scope="col" className={css.number}>
              {words.people.inHand}
            </th>
            <th scope="col">{words.team.role}</th>
            {isAdministrator && <th scope="col">{words.team.state}</th>}
            {isAdministrator && <th scope="col">{words.team.lastLogin}</th>}
            <th scope="col">
              <span className="visually-hidden">{words.team.actions("")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {people.map((person) => (
            <PersonLine
              key={person.id}
              person={person}
              selected={selected.has(person.id)}
              onSelect={(isChosen) => select(person.id, isChosen)}
              onLink={(token) => onLink({ name: person.name, token })}
              onLetGo={() => onLetGo(person)}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}
