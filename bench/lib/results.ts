/** Findings on paper: a Markdown page for people, the same with all figures as JSON, both with what they were measured on. */
import { mkdir, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem, type } from "node:os";
import { fileURLToPath } from "node:url";
import type { Bench, Findings, Table } from "./bench.ts";

const RESULTS = new URL("../results/", import.meta.url);
const PACKAGES = ["@colyseus/core", "@colyseus/schema", "@colyseus/sdk", "@colyseus/ws-transport"] as const;

export interface Circumstances {
  readonly date: string;
  readonly command: string;
  readonly node: string;
  readonly packages: Readonly<Record<string, string>>;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  /** Programs that wanted a core in the minute before the start and before the end. */
  readonly load: { readonly before: number; readonly after: number };
}

export function circumstances(command: string, loadBefore: number): Circumstances {
  return {
    date: new Date().toISOString(),
    command,
    node: process.versions.node,
    packages: Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    load: { before: loadBefore, after: loadNow() },
  };
}

export function loadNow(): number {
  return Math.round(loadavg()[0]! * 100) / 100;
}

export function findingsMarkdown(bench: Bench, findings: Findings, on: Circumstances): string {
  const packages = Object.entries(on.packages).map(([name, version]) => `${name} ${version}`);
  const targets: Table = {
    title: "Promises",
    columns: ["what", "promised", "measured", "holds"],
    rows: findings.targets.map(({ what, promised, got, holds }) => [what, promised, got, holds ? "yes" : "**no**"]),
  };
  return [
    `# ${bench.title}`,
    `\`${on.command}\`, ${on.date.slice(0, 16).replace("T", " ")} UTC.`,
    [
      `Node ${on.node}, ${packages.join(", ")}; ${on.cpu}, ${on.cores} cores, ${on.memoryGb} GB, ${on.system}.`,
      `Load average ${on.load.before} before and ${on.load.after} after: the machine was shared with other work.`,
    ].join("\n"),
    "## Method",
    findings.method.map((sentence) => `- ${sentence}`).join("\n"),
    ...[...findings.tables, targets].flatMap((table) => [`## ${table.title}`, tableMarkdown(table)]),
    "## Reading",
    findings.reading,
    "",
  ]
    .join("\n\n")
    .trimEnd()
    .concat("\n");
}

/** Writes `results/<name>.md` and `.json`. */
export async function writeResults(bench: Bench, findings: Findings, on: Circumstances): Promise<void> {
  await mkdir(RESULTS, { recursive: true });
  await writeFile(new URL(`${bench.name}.md`, RESULTS), findingsMarkdown(bench, findings, on));
  await writeFile(
    new URL(`${bench.name}.json`, RESULTS),
    `${JSON.stringify({ bench: bench.name, ...on, ...findings }, rounded, 2)}\n`,
  );
}

/** For `JSON.stringify`: six significant digits. */
export function rounded(_: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
}

function tableMarkdown({ columns, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n");
}

function versionOf(name: string): string {
  const path = fileURLToPath(new URL(`../../node_modules/${name}/package.json`, import.meta.url));
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}
