/**
 * `npm run bench -- <name>`: runs one comparison and prints it. A full run is kept in `bench/results/`; `--quick` is for a look.
 * Exit code 1 when a promise does not hold, 2 when the name or an option is unknown.
 */
import { defineCommand, runMain } from "citty";
import { abuse } from "./abuse/abuse.ts";
import { blast } from "./blast/blast.ts";
import { failover } from "./failover/failover.ts";
import { delivery } from "./delivery/delivery.ts";
import { join } from "./join/join.ts";
import { latency } from "./latency/latency.ts";
import { flood } from "./flood/flood.ts";
import type { Bench } from "./lib/bench.ts";
import { circumstances, findingsMarkdown, loadNow, rounded, writeResults } from "./lib/results.ts";
import { log } from "./log/log.ts";
import { powerLoss } from "./power-loss/power-loss.ts";
import { queue } from "./queue/queue.ts";
import { resume } from "./resume/resume.ts";
import { rolling } from "./rolling/rolling.ts";
import { slow } from "./slow/slow.ts";
import { strain } from "./strain/strain.ts";
import { takeovers } from "./takeovers/takeovers.ts";
import { tick } from "./tick/tick.ts";
import { warm } from "./warm/warm.ts";

const BENCHES: readonly Bench[] = [
  log,
  latency,
  tick,
  delivery,
  resume,
  failover,
  rolling,
  takeovers,
  powerLoss,
  join,
  queue,
  warm,
  flood,
  slow,
  strain,
  blast,
  abuse,
];
const KILLS_MAX = 100_000;
const EXIT = { broken: 1, unknown: 2 } as const;

const command = defineCommand({
  meta: { name: "bench", description: `One of: ${BENCHES.map(({ name }) => name).join(", ")}` },
  args: {
    name: { type: "positional", required: false, description: "Which bench" },
    json: { type: "boolean", description: "Print JSON instead of a page" },
    kills: { type: "string", description: "How often the bench failover kills an owner (full: 200)" },
    row: { type: "string", description: "Of the bench abuse: which rows alone, like C4 or A1,A2" },
    quick: { type: "boolean", description: "A short run whose figures are not kept" },
  },
  async run({ args }) {
    const bench = BENCHES.find(({ name }) => name === args.name);
    if (bench === undefined) {
      const names = BENCHES.map(({ name, title }) => `  ${name.padEnd(10)}${title}`).join("\n");
      console.error(
        `bench: one of these expected, ${args.name === undefined ? "nothing" : `"${args.name}"`} got\n${names}`,
      );
      process.exitCode = EXIT.unknown;
      return;
    }
    const quick = args.quick === true;
    const kills = args.kills === undefined ? undefined : Number(args.kills);
    if (kills !== undefined && !(Number.isInteger(kills) && kills >= 1 && kills <= KILLS_MAX)) {
      console.error(`bench: --kills: a whole number from 1 to ${KILLS_MAX} expected, "${args.kills}" got`);
      process.exitCode = EXIT.unknown;
      return;
    }
    const rows = args.row?.split(",");
    const unknown = rows?.find((row) => bench.rows?.includes(row) !== true);
    if (unknown !== undefined) {
      const known = bench.rows === undefined ? `nothing: "${bench.name}" has no rows` : bench.rows.join(", ");
      console.error(`bench: --row: of ${known} expected, "${unknown}" got`);
      process.exitCode = EXIT.unknown;
      return;
    }
    const loadBefore = loadNow();
    const findings = await bench.run({ quick, kills, rows, tell: (line) => process.stderr.write(`${line}\n`) });
    const on = circumstances(commandLine(bench.name, { quick, kills, row: args.row }), loadBefore);
    if (!quick && findings.isShort !== true) await writeResults(bench, findings, on);
    console.log(
      args.json === true
        ? JSON.stringify({ bench: bench.name, ...on, ...findings }, rounded)
        : findingsMarkdown(bench, findings, on),
    );
    if (!findings.targets.every(({ holds }) => holds)) process.exitCode = EXIT.broken;
  },
});

function commandLine(name: string, { quick, kills, row }: Given): string {
  const flags = [quick && "--quick", kills !== undefined && `--kills ${kills}`, row !== undefined && `--row ${row}`];
  return ["npm run bench --", name, ...flags.filter((flag) => flag !== false)].join(" ");
}

interface Given {
  readonly quick: boolean;
  readonly kills: number | undefined;
  readonly row: string | undefined;
}

await runMain(command);
// Sockets of the clients may still be closing; the page is out, so nobody waits for them.
process.exit();
