/** What every unit test starts from: an empty page and an empty storage. */
import { cleanup } from "@testing-library/react";
import { afterEach, beforeEach } from "vitest";

beforeEach(() => localStorage.clear());
afterEach(() => cleanup());
