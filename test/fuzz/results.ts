/** Long runs on paper: `results.md` for people, `results.json` with what they are made of; one run of each size of world. */
import { writeFileSync } from "node:fs";
import type { RunSummary } from "../support/sim/report.ts";
import { durationRow, readRuns, type Recorded, recorded, rowsOf, section, type Start, writeRuns } from "./recording.ts";

const JSON_FILE = new URL("results.json", import.meta.url);
const TEXT_FILE = new URL("results.md", import.meta.url);
/** Of the code that is tried. */
export const FOLDERS = ["client", "server", "shared-schema", "test/support/sim"];

/** `command`: what was typed. Takes the place of the last run with worlds of this size. */
export function record(summary: RunSummary, command: string, start: Start): void {
  const known = readRuns<Recorded<RunSummary>>(JSON_FILE);
  const others = known.filter(({ size }) => size !== summary.size);
  const runs = [...others, recorded(summary, command, start)].sort((one, other) => other.size.localeCompare(one.size));
  writeRuns(JSON_FILE, runs);
  writeFileSync(TEXT_FILE, markdown(runs));
}

function markdown(runs: readonly Recorded<RunSummary>[]): string {
  return `# Simulated worlds

What \`npm run fuzz\` found on long runs; \`--record\` writes this page. A world is a real room and one to three real clients over an
in-memory network that delays, throttles, stalls and cuts, on one side or both; pages are loaded again, second tabs opened, the
server freezes. A small world has 300 ticks of that and says 0.3 commands per player and tick, a large one 600 ticks and 3. When the
weather has cleared, the history of the server is compared with those of all pages: see test/support/sim/checker.ts.

${runs.map(sectionOf).join("\n")}`;
}

function sectionOf(run: Recorded<RunSummary>): string {
  const { size, counts } = run;
  return section(`${size[0]!.toUpperCase()}${size.slice(1)} worlds`, run, [
    ...rowsOf(run),
    ["commands said", counts.commands],
    ["commands that gave a result", counts.answered],
    ["events", counts.events],
    ["gaps", counts.gaps],
    ["messages in topics", counts.messages],
    ["cuts", counts.cuts],
    ["reloads", counts.reloads],
    ["second tabs", counts.tabs],
    ["freezes of the server", counts.freezes],
    durationRow(run),
  ]);
}
