/**
 * `npm run fuzz -- --seeds 10000 [--from 1]`, `--seed 4711` for one, `--commands 1000000` for as many worlds as it takes until so many
 * commands were answered, in larger worlds. Progress goes to standard error; `--json` says the sum as JSON; `--record` writes it
 * to test/fuzz/results.md. A world that fails is named with its seed; exit code 1.
 *
 * `npm run fuzz -- ownership …` takes `--seeds`, `--from`, `--seed`, `--json` and `--record` for worlds of processes that die; `--seed`
 * tells the story of that world; results go to test/ownership-sim/results.md.
 *
 * `npm run fuzz -- frames --for 10m` sends hostile frames to a live host; `--frames 1000000` so many at most, `--seed` others, `--attackers`
 * so many at once; `--json` and `--record` as above; results go to test/fuzz/frames/results.md.
 */
const args = process.argv.slice(2);

/** Only what is asked for is loaded. */
async function main(): Promise<number> {
  if (args[0] === "ownership") return (await import("./ownership.ts")).fuzzOwnership(args.slice(1));
  if (args[0] === "frames") return (await import("./frames.ts")).fuzzFrames(args.slice(1));
  return (await import("./delivery.ts")).fuzzDelivery(args);
}

process.exit(await main());
