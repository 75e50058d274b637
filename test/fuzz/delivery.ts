/** `npm run fuzz -- …` of worlds with a real room and real clients over a network of the dice: see cli.ts. */
import { add, NOTHING, type RunSummary, summaryText } from "../support/sim/report.ts";
import { LARGE, runWorld, SMALL } from "../support/sim/world.ts";
import { Args } from "./args.ts";
import { startOfRun } from "./recording.ts";
import { FOLDERS, record } from "./results.ts";
import { Tally } from "./tally.ts";

/** Answers with the exit code. */
export async function fuzzDelivery(given: string[]): Promise<number> {
  const args = new Args(given, ["seeds", "from", "seed", "commands"], ["large", "json", "record"]);
  const start = args.has("record") ? startOfRun(FOLDERS) : undefined;
  const summary = await runAll(args);
  process.stdout.write(args.has("json") ? `${JSON.stringify(summary)}\n` : `${summaryText(summary)}\n`);
  if (start !== undefined) record(summary, ["npm run fuzz --", ...given].join(" "), start);
  return summary.failed.length === 0 ? 0 : 1;
}

/** Worlds, or commands: whichever is reached first ends the run. */
async function runAll(args: Args<"seeds" | "from" | "seed" | "commands", "large">): Promise<RunSummary> {
  const commands = args.whole("commands", Number.POSITIVE_INFINITY);
  const isLarge = args.has("large") || args.has("commands");
  const isOne = args.has("seed");
  const missing = args.has("commands") ? Number.POSITIVE_INFINITY : 300;
  const worlds = isOne ? 1 : args.whole("seeds", missing);
  const first = isOne ? args.whole("seed", 1) : args.whole("from", 1);
  const progress = ({ answered }: typeof NOTHING) => `${answered} commands answered`;
  const tally = new Tally({ nothing: NOTHING, add, kind: isLarge ? "--large" : "", progress });
  for (let seed = first; seed < first + worlds && tally.counts.answered < commands; seed++) {
    const { faults, counts } = await runWorld(seed, isLarge ? LARGE : SMALL);
    tally.take(seed, faults, counts);
  }
  const { failed, seconds, counts } = tally;
  return { size: isLarge ? "large" : "small", first, worlds: tally.worlds, failed, seconds, counts };
}
