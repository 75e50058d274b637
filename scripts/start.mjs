/** `npm start`: installs and builds what is missing, then runs the host. */
import { join } from "node:path";
import { foreground } from "./child.mjs";
import { ensureDependencies, ensurePages, Failure, ROOT, run } from "./prepare.mjs";

await run(async () => {
  const at = process.argv.indexOf("--processes");
  if (at !== -1 && process.argv[at + 1] !== "1") {
    throw new Failure(`--processes: this release runs 1 process, ${process.argv[at + 1] ?? "nothing"} asked for`);
  }
  const node = ensureDependencies();
  ensurePages(node);
  return foreground(node, [join(ROOT, "server", "src", "main.ts")], { cwd: ROOT });
});
