/** A question to the server in one of its states: being asked (in the shape of the answer), failed (with a way to ask again), answered. */
import type { UseQueryResult } from "@tanstack/react-query";
import { CloudOff } from "lucide-react";
import type { ReactNode } from "react";
import { reasonOf } from "../../gateway/errors";
import { useWords } from "../context";
import { Button } from "../parts/Button";
import { Empty } from "../parts/Empty";
import { Skeleton } from "../parts/Skeleton";
import { problemWords } from "../problem";

interface Props<T> {
  readonly query: Pick<UseQueryResult<T>, "data" | "error" | "refetch">;
  readonly failed: string;
  readonly lines?: number;
  readonly children: (data: T) => ReactNode;
}

export function Loaded<T>({ query, failed, lines = 5, children }: Props<T>) {
  const words = useWords();
  const { data, error, refetch } = query;
  if (data !== undefined) return children(data);
  if (error !== null) return <Empty icon={CloudOff} title={failed} text={problemWords(words, reasonOf(error))} action={<Button onClick={() => void refetch()}>{words.retry}</Button>} />;
  return <Skeleton lines={lines} />;
}
