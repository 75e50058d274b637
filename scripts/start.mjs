/**
 * `npm start`: installs and builds what is missing, then runs a supervisor with one host, or with as many as `--processes N` says.
 * Arguments go to server/src/main.ts.
 */
import { join } from "node:path";
import { foreground } from "./child.mjs";
import { ensureDependencies, ensurePages, ROOT, run } from "./prepare.mjs";

await run(async () => {
  const given = process.argv.slice(2);
  const saysHowMany = given.some((arg) => arg.startsWith("--processes"));
  const args = saysHowMany ? given : ["--processes", "1", ...given];
  const node = ensureDependencies();
  ensurePages(node);
  return foreground(node, [join(ROOT, "server", "src", "main.ts"), ...args], { cwd: ROOT });
});
