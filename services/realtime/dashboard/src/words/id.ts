/** Setiap kata antarmuka dalam bahasa Indonesia. */
import type { Words } from "./en";
import { inbox } from "./id/inbox";
import { pages } from "./id/pages";

export const id: Words = { ...pages, ...inbox };
