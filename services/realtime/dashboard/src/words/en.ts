/** Every word of the interface, in English. A key is the place where the words stand; every language has the same keys. */
import { admin } from "./en/admin";
import { analytics } from "./en/analytics";
import { around } from "./en/around";
import { desk } from "./en/desk";
import { inbox } from "./en/inbox";
import { live } from "./en/live";
import { pages } from "./en/pages";

export const en = { ...pages, ...around, ...admin, ...inbox, ...live, analytics, desk };

/** The same keys, with any words. */
export type Widened<T> = T extends string ? string : T extends (...args: infer A) => string ? (...args: A) => string : { readonly [K in keyof T]: Widened<T[K]> };

/** The words of one language. */
export type Words = Widened<typeof en>;
