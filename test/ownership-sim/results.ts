/** The last long run on paper: `results.md` for people, `results.json` with what it is made of. */
import { writeFileSync } from "node:fs";
import { durationRow, type Recorded, recorded, rowsOf, section, type Start, writeRuns } from "../fuzz/recording.ts";
import { hoursOf, type OwnershipSummary } from "./report.ts";
import { HAPPENINGS } from "./storm.ts";
import { HAPPENING_WORDS } from "./words.ts";

const JSON_FILE = new URL("results.json", import.meta.url);
const TEXT_FILE = new URL("results.md", import.meta.url);
/** Of the code that is tried. */
export const FOLDERS = ["client", "server", "shared-schema", "test/support/sim", "test/ownership-sim"];

/** `command`: what was typed. */
export function record(summary: OwnershipSummary, command: string, start: Start): void {
  const run = recorded(summary, command, start);
  writeRuns(JSON_FILE, [run]);
  writeFileSync(TEXT_FILE, markdown(run));
}

function markdown(run: Recorded<OwnershipSummary>): string {
  const { counts, worlds } = run;
  return `# Simulated processes

What \`npm run fuzz -- ownership\` found on its last long run; \`--record\` writes this page. A world is two or three processes, one or two
rooms and one or two players in each. Keeper, log, store, mailboxes, ticker and outbox are the product's; rooms only count, and the
network, the store's disk and every clock are simulated. For ten seconds about half of the kinds of trouble below happen as the dice
fall. Then it is calm: within ten seconds everyone has to be served, each room by one process, and the store's history is compared
with those of all players: see test/ownership-sim/checker.ts.

${section("The last run", run, [
  ...rowsOf(run),
  ["simulated time", `${hoursOf(counts)} h`],
  ["commands said", counts.commands],
  ["commands answered", counts.answered],
  ["claims that were granted", counts.claims],
  ["batches the store took", counts.batches],
  ["rooms restored", counts.restores],
  ["leases that ended, rooms stood still", counts.freezes],
  ["rooms let go to somebody else, or begun anew", counts.drops],
  ["after the storm everyone was served, on average", `${(counts.calmMs / worlds).toFixed(0)} ms`],
  ["and at most", `${counts.slowestMs} ms`],
  durationRow(run),
])}
## What happened to them

| trouble | times |
| --- | --- |
${HAPPENINGS.map((name) => `| ${HAPPENING_WORDS[name]} | ${counts[name]} |`).join("\n")}
`;
}
