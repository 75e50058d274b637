/** Long runs on paper: `results.md` for people, `results.json` with what they are made of; one run of each size of world. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { type Circumstances, circumstances, loadNow, rounded } from "../../bench/lib/results.ts";
import type { RunSummary } from "../support/sim/report.ts";

const JSON_FILE = new URL("results.json", import.meta.url);
const TEXT_FILE = new URL("results.md", import.meta.url);

type Recorded = RunSummary & Circumstances & { readonly revision: string };

/** What has to be known before a run: it may take longer than the code stays as it is. */
export interface Start {
  readonly loadBefore: number;
  readonly revision: string;
}

export function startOfRun(): Start {
  return { loadBefore: loadNow(), revision: revision() };
}

/** `command`: what was typed. Takes the place of the last run with worlds of this size. */
export function record(summary: RunSummary, command: string, { loadBefore, revision }: Start): void {
  const entry: Recorded = { ...summary, ...circumstances(command, loadBefore), revision };
  const known = existsSync(JSON_FILE) ? (JSON.parse(readFileSync(JSON_FILE, "utf8")) as Recorded[]) : [];
  const runs = [...known.filter(({ size }) => size !== summary.size), entry].sort((one, other) =>
    other.size.localeCompare(one.size),
  );
  writeFileSync(JSON_FILE, `${JSON.stringify(runs, rounded, 2)}\n`);
  writeFileSync(TEXT_FILE, markdown(runs));
}

function markdown(runs: readonly Recorded[]): string {
  return `# Simulated worlds

What \`npm run fuzz\` found on long runs; \`--record\` writes this page. A world is a real room and one to three real clients over an
in-memory network that delays, throttles, stalls and cuts, on one side or both; pages are loaded again, second tabs opened, the
server freezes. A small world has 300 ticks of that and says 0.3 commands per player and tick, a large one 600 ticks and 3. When the
weather has cleared, the history of the server is compared with those of all pages: see test/support/sim/checker.ts.

${runs.map(section).join("\n")}`;
}

function section({ size, first, worlds, failed, seconds, counts, ...on }: Recorded): string {
  const rows: readonly (readonly [string, string | number])[] = [
    ["seeds", `${first} to ${first + worlds - 1}`],
    ["worlds", worlds],
    ["worlds with a fault", failed.length === 0 ? 0 : failed.join(", ")],
    ["commands said", counts.commands],
    ["commands that gave a result", counts.answered],
    ["events", counts.events],
    ["gaps", counts.gaps],
    ["messages in topics", counts.messages],
    ["cuts", counts.cuts],
    ["reloads", counts.reloads],
    ["second tabs", counts.tabs],
    ["freezes of the server", counts.freezes],
    ["duration", `${seconds.toFixed(0)} s, ${(worlds / seconds).toFixed(1)} worlds/s`],
  ];
  const packages = Object.entries(on.packages).map(([name, version]) => `${name} ${version}`);
  return `## ${size[0]!.toUpperCase()}${size.slice(1)} worlds

\`${on.command}\` at ${on.revision}, ${on.date.slice(0, 16).replace("T", " ")} UTC. Node ${on.node}, ${packages.join(", ")};
${on.cpu}, ${on.cores} cores, ${on.memoryGb} GB, ${on.system}, load average ${on.load.before} before and ${on.load.after} after.

| what | figure |
| --- | --- |
${rows.map(([what, figure]) => `| ${what} | ${figure} |`).join("\n")}
`;
}

/** Of what ran: the commit, and whether the code was that of the commit. */
function revision(): string {
  const git = (...args: string[]) => execFileSync("git", args, { encoding: "utf8" }).trim();
  const changed = git("status", "--porcelain", "--", "client", "server", "shared-schema", "test/support/sim");
  return git("rev-parse", "--short", "HEAD") + (changed === "" ? "" : " with changes");
}
