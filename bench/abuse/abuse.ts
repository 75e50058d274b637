/** What can be done to a server, row by row: stock Colyseus and ours, one after the other, with players on them who want to play on. */
import type { Bench, BenchOptions, Findings, Table, Target } from "../lib/bench.ts";
import { HZ } from "../flood/rooms.ts";
import { type Row, type Side, SIDES } from "./row.ts";
import { ROWS } from "./rows.ts";
import { SIZES } from "./sizes.ts";
import { type Pace, type Result, runRow } from "./stage.ts";

const NOTHING = "–";

export const abuse: Bench = {
  name: "abuse",
  title: "What can be done to a server, and what comes of it",
  rows: ROWS.map(({ id }) => id),
  run,
};

async function run({ quick, rows: wanted, tell }: BenchOptions): Promise<Findings> {
  const size = quick ? SIZES.quick : SIZES.full;
  const rows = ROWS.filter(({ id }) => wanted === undefined || wanted.includes(id));
  const results: Result[] = [];
  const runOne = async (row: Row, side: Side) => {
    const result = await runRow(row, side, size);
    results.push(result);
    tell(`abuse: ${row.id} ${side}, ${(result.tookMs / 1_000).toFixed(1)} s: ${result.figure}`);
  };
  for (const row of rows) {
    if (quick) await Promise.all(SIDES.map((side) => runOne(row, side)));
    else for (const side of SIDES) await runOne(row, side);
  }
  return findings(rows, results, quick, wanted !== undefined);
}

function findings(rows: readonly Row[], results: readonly Result[], quick: boolean, isShort: boolean): Findings {
  const of = (row: Row, side: Side) => results.find((result) => result.id === row.id && result.side === side)!;
  const judged = rows.map((row) => ({ row, targets: targetsOf(of(row, "ours"), quick) }));
  const size = quick ? SIZES.quick : SIZES.full;
  return {
    isShort,
    method: [
      `Each row has a fresh server of each side in a process of its own, ${size.honest} honest players in a room of ${HZ} Hz on it, who send an input per period, and an attacker in a third process of the lowest priority. ${quick ? "Both sides at once: figures that hang on the machine are shown and not judged." : `Before it begins they play for ${size.calmMs / 1_000} s in calm.`}`,
      "Stock: a plain @colyseus/core server. Ours: a host with its default limits, log on the disk. Attackers come from an address that is not exempt where a limit is tried, else from one that is.",
      `Hostile frames come from the grammar of the frame fuzzer (test/fuzz/frames) and depend on a seed alone, as many as are taken in ${size.frames.forMs / 1_000} s at most; those against a decoder that believes their counts go to a process with 512 MB of heap, which is killed when it answers nothing any more.`,
      "A row that ends in no time, or cannot be run to its end, has failed; the others go on.",
    ],
    tables: [matrix(judged, of), beside(rows, of)],
    reading:
      "Lost: honest players whose connection ended. Where a process has ended, nobody is left who could be counted. Memory is RSS on top of what it was before, the most of the row. Lines: what the server wrote to its log meanwhile.",
    targets: judged.flatMap(({ targets }) => targets),
    figures: results,
  };
}

function targetsOf({ id, checks }: Result, quick: boolean): Target[] {
  return checks
    .filter(({ isTimed }) => !(isTimed && quick))
    .map(({ what, promised, got, holds }) => ({ what: `${id}: ${what}`, promised, got, holds }));
}

type Find = (row: Row, side: Side) => Result;

function matrix(judged: readonly { readonly row: Row; readonly targets: readonly Target[] }[], of: Find): Table {
  return {
    title: "The matrix",
    columns: ["row", "what the attacker does", "stock", "ours", "target", "rules", "holds"],
    rows: judged.map(({ row, targets }) => [
      row.id,
      row.attack,
      of(row, "stock").figure,
      of(row, "ours").figure,
      row.target,
      row.rules,
      targets.every(({ holds }) => holds) ? "yes" : "**no**",
    ]),
  };
}

function beside(rows: readonly Row[], of: Find): Table {
  return {
    title: "Players beside it",
    columns: [
      "row",
      "side",
      "lost",
      "steps/s",
      "steps p99, calm -> meanwhile, ms",
      "patches p50, p99, ms",
      "memory, MB",
      "lines",
    ],
    rows: rows.flatMap((row) =>
      SIDES.map((side) => {
        const { lost, honest, calm, during, lines } = of(row, side);
        const fixed = (pace: Pace | undefined, read: (pace: Pace) => number, digits = 1) =>
          pace === undefined ? NOTHING : read(pace).toFixed(digits);
        const p99 = [calm, during].map((pace) => fixed(pace, ({ stepsP99Ms }) => stepsP99Ms));
        const patches = [({ patchesP50Ms }: Pace) => patchesP50Ms, ({ patchesP99Ms }: Pace) => patchesP99Ms];
        return [
          row.id,
          side,
          `${lost} of ${honest}`,
          fixed(during, ({ stepsPerSecond }) => stepsPerSecond),
          p99.join(" -> "),
          patches.map((read) => fixed(during, read)).join(", "),
          fixed(during, ({ rssMb }) => rssMb.most - rssMb.before, 0),
          String(lines),
        ];
      }),
    ),
  };
}
