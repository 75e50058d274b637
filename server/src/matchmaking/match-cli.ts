/**
 * `npm run match -- --rules games/arena --tickets file.jsonl [--json]`: what a room type's rules would make of a crowd. Who waits is
 * one ticket a line, `{ id, sinceMs, players, skill, latencies, filters }`; or `--random 10000 --per-second 5 --seed 1`. Exit code 2
 * for what cannot be read, with the line.
 */
import { readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import {
  fieldIssues,
  issueText,
  type MatchRules,
  Random,
  type RoomType,
  seedWords,
  simulateQueue,
  type Ticket,
  ticketShape,
} from "@ninelives/shared-schema";
import { defineCommand, runMain } from "citty";
import { matchReport, reportText } from "./match-report.ts";

/** From look to look of the queue, and how long it goes on after the last ticket, ms. */
const LOOK_MS = 250;
const TAIL_MS = 300_000;

const command = defineCommand({
  meta: { name: "match", description: "Tries a room type's matching rules on a crowd" },
  args: {
    rules: { type: "string", required: true, description: "Folder of a game: games/arena" },
    tickets: { type: "string", description: "File with a ticket a line" },
    random: { type: "string", description: "So many tickets by chance instead" },
    "per-second": { type: "string", default: "5", description: "How many of them come in a second" },
    seed: { type: "string", default: "1", description: "Of that chance" },
    json: { type: "boolean", description: "Print JSON, every match included" },
  },
  async run({ args }) {
    const rules = await rulesOf(args.rules);
    const crowd =
      args.tickets === undefined
        ? randomCrowd(
            wholeNumber("--random", args.random),
            number("--per-second", args["per-second"]),
            wholeNumber("--seed", args.seed),
          )
        : crowdIn(args.tickets);
    const startedMs = performance.now();
    const simulation = simulateQueue(crowd, rules, { everyMs: LOOK_MS, tailMs: TAIL_MS });
    const report = matchReport(crowd, simulation, performance.now() - startedMs);
    const matches = simulation.matches.map(({ atMs, region, teams }) => ({
      atMs,
      region,
      teams: teams.map((team) => team.map(({ id }) => id)),
    }));
    process.stdout.write(
      args.json === true ? `${JSON.stringify({ rules, ...report, matches })}\n` : reportText(report),
    );
  },
});

async function rulesOf(folder: string): Promise<MatchRules> {
  const file = resolve(join(folder, `${basename(resolve(folder))}.type.ts`));
  const found = (await import(pathToFileURL(file).href).catch((error: unknown) =>
    stop(`--rules: a folder of a game expected, with ${basename(file)} in it: ${(error as Error).message}`),
  )) as Record<string, unknown>;
  const types = Object.values(found).filter((value): value is RoomType => isRoomType(value));
  const rules = types.find(({ matching }) => matching !== undefined)?.matching;
  return rules ?? stop(`--rules: a room type with \`matching\` expected in ${file}`);
}

function isRoomType(value: unknown): boolean {
  return typeof value === "object" && value !== null && "tickHz" in value && "matching" in value;
}

function crowdIn(file: string): Ticket[] {
  const ids = new Set<string>();
  const lines = read(file).split("\n");
  return lines.flatMap((line, at) => {
    if (line.trim() === "") return [];
    const where = `${file}, line ${at + 1}`;
    const { data, error } = ticketShape.safeParse(parse(line, where));
    if (error !== undefined) return stop(`${where}: ${issueText(fieldIssues(error.issues))}`);
    if (ids.has(data.id)) stop(`${where}: id: one that no other ticket has expected, "${data.id}" got`);
    ids.add(data.id);
    return [data];
  });
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    return stop(`--tickets: a file that can be read expected: ${(error as Error).message}`);
  }
}

function parse(line: string, where: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return stop(`${where}: a JSON object expected`);
  }
}

/** Bell-shaped skill around 1,500, one in five a party, three regions. */
function randomCrowd(count: number, perSecond: number, seed: number): Ticket[] {
  const random = new Random(seedWords(seed));
  const bell = () => random.range(0, 1) + random.range(0, 1) + random.range(0, 1) - 1.5;
  return Array.from({ length: count }, (_, at) =>
    ticketShape.parse({
      id: `t${at + 1}`,
      sinceMs: Math.round((at * 1000) / perSecond),
      players: random.range(0, 1) < 0.8 ? 1 : 2,
      skill: Math.round(1_500 + bell() * 600),
      latencies: Object.fromEntries(["eu", "us", "asia"].map((region) => [region, Math.round(random.range(10, 200))])),
    }),
  );
}

function wholeNumber(flag: string, text: string | undefined): number {
  const value = Number(text);
  return Number.isInteger(value) && value > 0
    ? value
    : stop(`${flag}: a whole number from 1 expected, ${text ?? "nothing"} got`);
}

function number(flag: string, text: string): number {
  const value = Number(text);
  return value > 0 ? value : stop(`${flag}: a number above 0 expected, ${text} got`);
}

function stop(message: string): never {
  process.stderr.write(`match: ${message}\n`);
  process.exit(2);
}

await runMain(command);
