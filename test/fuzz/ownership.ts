/** `npm run fuzz -- ownership …` of worlds with processes that die over one store: see cli.ts. Every core gets a part of them. */
import { availableParallelism } from "node:os";
import { runSeeds } from "../ownership-sim/pool.ts";
import { add, countsOf, NOTHING, type OwnershipSummary, summaryText } from "../ownership-sim/report.ts";
import { FOLDERS, record } from "../ownership-sim/results.ts";
import { storyText } from "../ownership-sim/story.ts";
import { runWorld } from "../ownership-sim/world.ts";
import { Args } from "./args.ts";
import { startOfRun } from "./recording.ts";
import { Tally } from "./tally.ts";

const SEEDS = 1_000;

/** Answers with the exit code. */
export async function fuzzOwnership(given: string[]): Promise<number> {
  const args = new Args(given, ["seeds", "from", "seed"], ["json", "record"]);
  const start = args.has("record") ? startOfRun(FOLDERS) : undefined;
  const summary = args.has("seed") ? await runOne(args.whole("seed", 1), !args.has("json")) : await runAll(args);
  process.stdout.write(args.has("json") ? `${JSON.stringify(summary)}\n` : `${summaryText(summary)}\n`);
  if (start !== undefined) record(summary, ["npm run fuzz -- ownership", ...given].join(" "), start);
  return summary.failed.length === 0 ? 0 : 1;
}

async function runOne(seed: number, isTold: boolean): Promise<OwnershipSummary> {
  const tally = newTally();
  const report = await runWorld(seed);
  if (isTold) process.stdout.write(`${storyText(report.lines)}\n`);
  tally.take(seed, report.faults, countsOf(report));
  return summaryOf(seed, tally);
}

async function runAll(args: Args<"seeds" | "from", never>): Promise<OwnershipSummary> {
  const tally = newTally();
  const range = { first: args.whole("from", 1), worlds: args.whole("seeds", SEEDS) };
  await runSeeds(range, availableParallelism(), ({ seed, faults, counts }) => tally.take(seed, faults, counts));
  return summaryOf(range.first, tally);
}

function newTally(): Tally<typeof NOTHING> {
  const progress = ({ answered, restores }: typeof NOTHING) =>
    `${answered} commands answered, ${restores} rooms restored`;
  return new Tally({ nothing: NOTHING, add, kind: "ownership", progress });
}

function summaryOf(first: number, { worlds, failed, seconds, counts }: Tally<typeof NOTHING>): OwnershipSummary {
  return { first, worlds, failed: failed.toSorted((one, other) => one - other), seconds, counts };
}
