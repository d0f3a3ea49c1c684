/** Where somebody is logged in, each with a button that ends it. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { LoginSession } from "../../gateway/around";
import { reasonOf } from "../../gateway/errors";
import { deviceOf } from "../../state/devices";
import { useFormat, useNow, useWords } from "../context";
import { Button } from "../parts/Button";
import { Problem } from "../parts/Problem";
import { problemWords } from "../problem";
import { Loaded } from "./Loaded";
import css from "./Page.module.css";

interface Props {
  /** Names the list in the cache. */
  readonly of: string;
  readonly load: () => Promise<readonly LoginSession[]>;
  readonly end: (id: string) => Promise<unknown>;
}

export function LoginSessions({ of, load, end }: Props) {
  const words = useWords();
  const format = useFormat();
  const now = useNow();
  const queries = useQueryClient();
  const query = useQuery({ queryKey: ["sessions", of], queryFn: load, staleTime: 0 });
  const ending = useMutation({ mutationFn: end, onSettled: () => queries.invalidateQueries({ queryKey: ["sessions", of] }) });
  return (
    <Loaded query={query} failed={words.profile.sessionsFailed} lines={2}>
      {(sessions) => (
        <>
          {sessions.length === 0 && <p className={css.note}>{words.people.noSessions}</p>}
          <ul className={css.entries}>
            {sessions.map((session) => {
              const device = deviceOf(session.user_agent) ?? words.profile.unknownDevice;
              return (
                <li key={session.id}>
                  <span title={session.user_agent}>
                    {device} {session.current === true && <b>({words.profile.thisOne})</b>}
                    <small>
                      {session.created_at !== undefined && words.profile.since(format.short(session.created_at, now))}
                      {session.last_used_at !== undefined && ` · ${words.profile.lastUsed(format.short(session.last_used_at, now))}`}
                    </small>
                  </span>
                  {session.current !== true && (
                    <Button small aria-label={words.profile.endOf(device)} busy={ending.isPending && ending.variables === session.id} onClick={() => ending.mutate(session.id)}>
                      {words.profile.end}
                    </Button>
                  )}
                </li>
              );
            })}
          </ul>
          <Problem text={ending.error === null ? undefined : problemWords(words, reasonOf(ending.error))} />
        </>
      )}
    </Loaded>
  );
}
