/**
 * `npm run fuzz -- --seeds 10000 [--from 1]`, or `--seed 4711` for one: worlds one after the other. A world that fails is named
 * with its seed.
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

function whole(name, text) {
  if (/^[1-9]\d{0,8}$/.test(text)) return text;
  process.stderr.write(`--${name}: a whole number from 1 expected, ${text} got\n`);
  process.exit(2);
}

let values;
try {
  const text = { type: "string" };
  ({ values } = parseArgs({
    options: { seeds: { ...text, default: "300" }, from: { ...text, default: "1" }, seed: text },
  }));
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
}
const one = values.seed !== undefined;
const env = {
  ...process.env,
  FUZZ_SEEDS: one ? "1" : whole("seeds", values.seeds),
  FUZZ_FROM: whole(one ? "seed" : "from", one ? values.seed : values.from),
};
const mocha = ["--no-config", "--exit", "test/fuzz/fuzz.test.ts"];
const { status } = spawnSync(process.execPath, ["node_modules/.bin/mocha", ...mocha], { env, stdio: "inherit" });
process.exit(status ?? 1);
