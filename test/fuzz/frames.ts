/** `npm run fuzz -- frames …` of hostile frames against a live host: see cli.ts. */
import { Args } from "./args.ts";
import { FOLDERS, record } from "./frames/results.ts";
import { type FramesSummary, runFrames, sum } from "./frames/run.ts";
import { startOfRun } from "./recording.ts";

const SECONDS = 30;
const ATTACKERS = 8;
const PROGRESS_MS = 5_000;

/** Answers with the exit code. */
export async function fuzzFrames(given: string[]): Promise<number> {
  const args = new Args(given, ["seed", "frames", "attackers"], ["json", "record"], ["for"]);
  const start = args.has("record") ? startOfRun(FOLDERS) : undefined;
  const beganMs = performance.now();
  let toldMs = beganMs;
  const wishes = {
    seed: args.whole("seed", 1),
    seconds: args.seconds("for", args.has("frames") ? Number.POSITIVE_INFINITY : SECONDS),
    frames: args.whole("frames", Number.POSITIVE_INFINITY),
    attackers: args.whole("attackers", ATTACKERS),
  };
  const summary = await runFrames(wishes, (spoils) => {
    if (performance.now() - toldMs < PROGRESS_MS) return;
    toldMs = performance.now();
    const perSecond = sum(spoils) / ((toldMs - beganMs) / 1000);
    process.stderr.write(`${sum(spoils)} frames, ${perSecond.toFixed(0)}/s, ${spoils.visits} connections\n`);
  });
  process.stdout.write(args.has("json") ? `${JSON.stringify(summary)}\n` : textOf(summary));
  if (start !== undefined) record(summary, ["npm run fuzz -- frames", ...given].join(" "), start);
  return summary.faults.length === 0 ? 0 : 1;
}

function textOf(summary: FramesSummary): string {
  const { seed, seconds, faults, health, visits, bad, file } = summary;
  const lines = [
    `seed ${seed}: ${sum(summary)} frames in ${seconds.toFixed(0)} s, ${bad} of them refused, over ${visits} connections`,
    `longest turn ${health.busiestMs.toFixed(1)} ms on a core, ${health.latestMs.toFixed(1)} ms by the wall clock; ${health.lines} log lines`,
    `heap ${health.heapMb.toFixed(0)} MB, longest pause for it ${health.longestGcMs.toFixed(0)} ms; costliest frame ${health.costliestMs.toFixed(1)} ms, of ${health.costliestBytes} bytes`,
    ...health.long.map(([atMs, ms]) => `a turn of ${ms.toFixed(0)} ms after ${(atMs / 1000).toFixed(1)} s`),
    ...faults.map((fault) => `fault: ${fault}`),
    faults.length === 0 ? "no fault" : `the last frames are in ${file}; again: npm run fuzz -- frames --seed ${seed}`,
  ];
  return `${lines.join("\n")}\n`;
}
