/**
 * `npm run fuzz -- --seeds 10000 [--from 1]`, `--seed 4711` for one, `--commands 1000000` for as many worlds as it takes until so many
 * commands were answered, in larger worlds. Progress goes to standard error; `--json` says the sum as JSON; `--record` writes it
 * to test/fuzz/results.md. A world that fails is named with its seed; exit code 1.
 */
import { parseArgs } from "node:util";
import { add, failureOf, NOTHING, type RunSummary, summaryText } from "../support/sim/report.ts";
import { LARGE, runWorld, SMALL, type WorldSize } from "../support/sim/world.ts";
import { record, startOfRun } from "./results.ts";

const PROGRESS_MS = 2_000;

interface Run {
  readonly first: number;
  /** Worlds, or commands: whichever is reached first ends the run. */
  readonly worlds: number;
  readonly commands: number;
  readonly size: WorldSize;
  /** What has to be said to get such worlds again. */
  readonly options: string;
}

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  const { run, json, isRecorded } = read(args);
  const start = isRecorded ? startOfRun() : undefined;
  const summary = await runAll(run);
  process.stdout.write(json ? `${JSON.stringify(summary)}\n` : `${summaryText(summary)}\n`);
  if (start !== undefined) record(summary, ["npm run fuzz --", ...args].join(" "), start);
  return summary.failed.length === 0 ? 0 : 1;
}

async function runAll({ first, worlds, commands, size, options }: Run): Promise<RunSummary> {
  const startedMs = performance.now();
  const failed: number[] = [];
  let counts = NOTHING;
  let seed = first;
  let toldMs = startedMs;
  for (; seed < first + worlds && counts.answered < commands; seed++) {
    const report = await runWorld(seed, size);
    counts = add(counts, report.counts);
    if (report.faults.length > 0) {
      failed.push(seed);
      process.stderr.write(`${failureOf(seed, report.faults, options)}\n`);
    }
    if (performance.now() - toldMs < PROGRESS_MS) continue;
    toldMs = performance.now();
    const done = seed + 1 - first;
    const perSecond = (done / (toldMs - startedMs)) * 1000;
    process.stderr.write(`${done} worlds, ${perSecond.toFixed(0)}/s, ${counts.answered} commands answered\n`);
  }
  const seconds = (performance.now() - startedMs) / 1000;
  return { size: size === LARGE ? "large" : "small", first, worlds: seed - first, failed, seconds, counts };
}

function read(args: string[]): { run: Run; json: boolean; isRecorded: boolean } {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  let values;
  try {
    const options = { seeds: text, from: text, seed: text, commands: text, large: flag, json: flag, record: flag };
    ({ values } = parseArgs({ args, options }));
  } catch (error) {
    return refuse((error as Error).message);
  }
  const whole = (name: "seeds" | "from" | "seed" | "commands", missing: number): number => {
    const value = values[name];
    if (value === undefined) return missing;
    return /^[1-9]\d{0,8}$/.test(value)
      ? Number(value)
      : refuse(`--${name}: a whole number from 1 expected, ${value} got`);
  };
  const commands = whole("commands", Number.POSITIVE_INFINITY);
  const isLarge = values.large || values.commands !== undefined;
  const one = values.seed !== undefined;
  const worlds = one ? 1 : whole("seeds", values.commands === undefined ? 300 : Number.POSITIVE_INFINITY);
  const first = one ? whole("seed", 1) : whole("from", 1);
  const run = { first, worlds, commands, size: isLarge ? LARGE : SMALL, options: isLarge ? " --large" : "" };
  return { run, json: values.json, isRecorded: values.record };
}

function refuse(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

process.exit(await main());
