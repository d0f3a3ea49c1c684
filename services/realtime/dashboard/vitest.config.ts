/** The unit tests' own configuration: the build needs no test tool. */
import { defineConfig, mergeConfig } from "vitest/config";

import build from "./vite.config";

export default mergeConfig(
  build,
  defineConfig({
    test: { environment: "jsdom", setupFiles: ["tests/setup.ts"], include: ["tests/**/*.test.{ts,tsx}"], restoreMocks: true, testTimeout: 60_000, hookTimeout: 60_000 },
  }),
);
