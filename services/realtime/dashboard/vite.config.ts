/** Builds the dashboard to dist/, which the gateway serves under /human-agent/. */
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const gateway = process.env.BATON_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  base: "/human-agent/",
  plugins: [react()],
  build: { target: "es2022", assetsInlineLimit: 0, cssCodeSplit: true, modulePreload: { polyfill: false } },
  server: { proxy: { "/api": { target: gateway, ws: true, changeOrigin: false } } },
});
