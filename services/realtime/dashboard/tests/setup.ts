/** What every unit test starts from: an empty page and an empty storage. */
import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeEach } from "vitest";

// A busy machine stands still for seconds.
configure({ asyncUtilTimeout: 30_000 });
beforeEach(() => localStorage.clear());
afterEach(() => cleanup());
