/** Setiap kata antarmuka dalam bahasa Indonesia. */
import type { Words } from "./en";
import { admin } from "./id/admin";
import { analytics } from "./id/analytics";
import { around } from "./id/around";
import { desk } from "./id/desk";
import { inbox } from "./id/inbox";
import { live } from "./id/live";
import { pages } from "./id/pages";

export const id: Words = { ...pages, ...around, ...admin, ...inbox, ...live, analytics, desk };
