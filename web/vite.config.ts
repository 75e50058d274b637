/** Builds the pages into web/dist, from where the host serves them. A page may import client, shared-schema and a game's pure files. */
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    // Only the server reads tuning files; nothing but their reader needs this package.
    rolldownOptions: { treeshake: { moduleSideEffects: [{ test: /node_modules\/yaml\//, sideEffects: false }] } },
  },
});
