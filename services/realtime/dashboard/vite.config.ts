/** Builds the dashboard to dist/, which the gateway serves under /human-agent/. */
import { gzipSync } from "node:zlib";

import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const gateway = process.env.BATON_URL ?? "http://127.0.0.1:8080";
/** What a browser fetches and runs before anything is drawn. */
const BUDGET_BYTES = 180 * 1024;

/** Fails the build when the initial script, gzipped, is over its budget. */
function budget(): Plugin {
  return {
    name: "budget",
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== "chunk" || !file.isEntry) continue;
        const bytes = gzipSync(file.code).length;
        if (bytes > BUDGET_BYTES) this.error(`${file.fileName} has ${bytes} bytes gzipped; the budget is ${BUDGET_BYTES}`);
      }
    },
  };
}

export default defineConfig({
  base: "/human-agent/",
  plugins: [react(), budget()],
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    cssCodeSplit: true,
    modulePreload: { polyfill: false },
    // Rollup's own number, 1000, is more than a container that may open 1024 files bears: the icons alone are more than that.
    rollupOptions: { maxParallelFileOps: 100 },
  },
  server: { proxy: { "/api": { target: gateway, ws: true, changeOrigin: false } } },
});
