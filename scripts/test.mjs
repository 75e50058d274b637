/**
 * `npm test`: installs what is missing (a real Redis and a real Chromium included), then runs everything.
 * Arguments go to mocha: `npm test -- --grep LOG4`.
 */
import { join } from "node:path";
import { foreground } from "./child.mjs";
import { ensureChromium, ensureDependencies, ensurePages, ensureRedis, ROOT, run } from "./prepare.mjs";

await run(async () => {
  const node = ensureDependencies();
  const env = { ...process.env, NINELIVES_REDIS_SERVER: ensureRedis(), NINELIVES_CHROMIUM: ensureChromium() };
  env.PATH = `${join(ROOT, "node_modules", ".bin")}:${env.PATH}`;
  ensurePages(node);
  return foreground(node, [join(ROOT, "node_modules", ".bin", "mocha"), ...process.argv.slice(2)], { cwd: ROOT, env });
});
