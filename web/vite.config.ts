/** Builds the pages into web/dist, from where the host serves them. A page may import client, shared-schema and a game's pure files. */
import { resolve } from "node:path";
import { defineConfig } from "vite";

/** A page is a file here, named as in the address. */
const PAGES = ["index.html", "cards.html", "lobby.html"];

export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    // Only the server reads tuning files; nothing but their reader needs this package.
    rolldownOptions: {
      input: PAGES.map((page) => resolve(import.meta.dirname, page)),
      treeshake: { moduleSideEffects: [{ test: /node_modules\/yaml\//, sideEffects: false }] },
    },
  },
});
