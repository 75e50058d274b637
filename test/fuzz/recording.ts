/** Long runs on paper: a page for people, and JSON with what it is made of, both with what was run on what. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { type Circumstances, circumstances, loadNow, rounded } from "../../bench/lib/results.ts";

export type Recorded<Summary> = Summary & Circumstances & { readonly revision: string };
export type Row = readonly [what: string, figure: string | number];

/** What has to be known before a run: it may take longer than the code stays as it is. */
export interface Start {
  readonly loadBefore: number;
  readonly revision: string;
}

/** `folders`: where the code is that is tried. */
export function startOfRun(folders: readonly string[]): Start {
  return { loadBefore: loadNow(), revision: revision(folders) };
}

/** `command`: what was typed. */
export function recorded<Summary>(summary: Summary, command: string, start: Start): Recorded<Summary> {
  return { ...summary, ...circumstances(command, start.loadBefore), revision: start.revision };
}

export function readRuns<Run>(file: URL): Run[] {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Run[]) : [];
}

export function writeRuns(file: URL, runs: readonly unknown[]): void {
  writeFileSync(file, `${JSON.stringify(runs, rounded, 2)}\n`);
}

export function section(title: string, on: Recorded<unknown>, rows: readonly Row[]): string {
  const packages = Object.entries(on.packages).map(([name, version]) => `${name} ${version}`);
  return `## ${title}

\`${on.command}\` at ${on.revision}, ${on.date.slice(0, 16).replace("T", " ")} UTC. Node ${on.node}, ${packages.join(", ")};
${on.cpu}, ${on.cores} cores, ${on.memoryGb} GB, ${on.system}, load average ${on.load.before} before and ${on.load.after} after.

| what | figure |
| --- | --- |
${rows.map(([what, figure]) => `| ${what} | ${figure} |`).join("\n")}
`;
}

export interface Ran {
  readonly first: number;
  readonly worlds: number;
  /** Seeds of worlds with a fault. */
  readonly failed: readonly number[];
  readonly seconds: number;
}

/** Seeds, worlds and faults; the first rows of every table. */
export function rowsOf({ first, worlds, failed }: Ran): Row[] {
  return [
    ["seeds", `${first} to ${first + worlds - 1}`],
    ["worlds", worlds],
    ["worlds with a fault", failed.length === 0 ? 0 : failed.join(", ")],
  ];
}

/** The last row of every table. */
export function durationRow({ worlds, seconds }: Ran): Row {
  return ["duration", `${seconds.toFixed(0)} s, ${(worlds / seconds).toFixed(1)} worlds/s`];
}

/** Of what ran: the commit, and whether the code was that of the commit. */
function revision(folders: readonly string[]): string {
  const git = (...args: string[]) => execFileSync("git", args, { encoding: "utf8" }).trim();
  const changed = git("status", "--porcelain", "--", ...folders);
  return git("rev-parse", "--short", "HEAD") + (changed === "" ? "" : " with changes");
}
