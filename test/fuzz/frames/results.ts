/** The last long run on paper: `results.md` for people, `results.json` with what it is made of. */
import { writeFileSync } from "node:fs";
import { type Recorded, recorded, section, type Start, writeRuns } from "../recording.ts";
import { KIND_WORDS, KINDS } from "./rooms.ts";
import { type FramesSummary, sum } from "./run.ts";

const JSON_FILE = new URL("results.json", import.meta.url);
const TEXT_FILE = new URL("results.md", import.meta.url);
/** Of the code that is tried. */
export const FOLDERS = ["client", "server", "shared-schema", "test/fuzz/frames"];

/** `command`: what was typed. */
export function record(summary: FramesSummary, command: string, start: Start): void {
  const run = recorded(summary, command, start);
  writeRuns(JSON_FILE, [run]);
  writeFileSync(TEXT_FILE, markdown(run));
}

function markdown(run: Recorded<FramesSummary>): string {
  const { frames, bad, visits, faults, health, fates, answers, seconds, seed } = run;
  const players = KINDS.map((kind) => fates[kind]);
  return `# Hostile frames

What \`npm run fuzz -- frames\` found on its last long run; \`--record\` writes this page. A host in a process of its own has a room of each
kind, with handlers that believe what they are sent. Attackers on bare sockets send frames as fast as they are taken: from the
grammar of the protocol with lies in it, good ones with flipped bits or without their end, and noise. What the guard lets
pass reaches the room; of what it refuses, one ends each connection, and the attacker comes again. In each room a player with an
SDK plays on. A turn of the host's event loop is counted by the time its thread was on a core: the machine has other work.

${section("The last run", run, [
  ["seed", seed],
  ["hostile frames", sum(run)],
  ...KINDS.map((kind) => [`to ${KIND_WORDS[kind]}`, frames[kind]] as const),
  ["of them refused by the guard", bad],
  ["connections", visits],
  ["duration", `${seconds.toFixed(0)} s, ${(sum(run) / seconds).toFixed(0)} frames/s`],
  ["faults", faults.length === 0 ? 0 : faults.map((fault) => fault.split("\n")[0]).join("; ")],
  ["errors that nobody caught", health.uncaught.length],
  ["throws of handlers, contained", health.faults],
  ["log lines of warning and error", `${health.lines}, ${(health.lines / seconds).toFixed(1)} a second`],
  ["longest turn of the event loop, on a core", `${health.busiestMs.toFixed(1)} ms`],
  ["costliest frame that the guard let pass", `${health.costliestMs.toFixed(1)} ms, ${health.costliestBytes} bytes`],
  ["longest turn by the wall clock", `${health.latestMs.toFixed(1)} ms`],
  ["heap at the end", `${health.heapMb.toFixed(0)} MB`],
  ["faults that players beside them met", players.reduce((all, { faults: own }) => all + own.length, 0)],
  ["their questions answered", answers],
  ["patches they got", players.reduce((all, { heard }) => all + heard, 0)],
  ["longest time without a patch", `${Math.max(...players.map(({ longestMs }) => longestMs)).toFixed(0)} ms`],
])}`;
}
