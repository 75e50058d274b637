/** How fast players get a seat at three processes that share a Redis, and whether rooms are as they should be: ours and stock, in turn. */
import { Redis } from "ioredis";
import { LISTINGS } from "../../server/src/matchmaking/redis-driver.ts";
import { startRedis, type TestRedis } from "../../test/support/redis.ts";
import { atMost, type Bench, type BenchOptions, exactly, type Findings } from "../lib/bench.ts";
import { type ServerProcess, startServer } from "../lib/server-process.ts";
import { median, percentile } from "../lib/stats.ts";
import { emptied, joinMany, type Joins } from "./crowd.ts";
import { type Fault, type StormAfterFault, stormWith } from "./faults.ts";
import { Eight, SEATS } from "./rooms.ts";

const PROCESSES = 3;
const WIDTH = 32;
const STANDING_ROOMS = 5_000;
const FULL = { rounds: 5, joins: 800, storm: 500 };
const QUICK = { rounds: 1, joins: 160, storm: 120 };
const FASTER_AT_LEAST = 3.5;
const P99_MAX_MS = 400;
const FAULTS: readonly Fault[] = ["slow rooms", "one killed", "one frozen"];

type Side = "ours" | "stock";
const SIDES: readonly Side[] = ["ours", "stock"];

type Scene = "steady" | "steady, 5,000 rooms" | "storm";
const SCENES: readonly Scene[] = ["steady", "storm", "steady, 5,000 rooms"];

interface Block {
  readonly side: Side;
  readonly scene: Scene;
  readonly joins: Joins;
}

interface Site {
  readonly side: Side;
  readonly redis: TestRedis;
  readonly servers: readonly ServerProcess[];
}

export const join: Bench = { name: "join", title: "How fast players get a seat, and which", run };

async function run({ quick, tell }: BenchOptions): Promise<Findings> {
  const size = quick ? QUICK : FULL;
  const sites = await Promise.all(SIDES.map(startSite));
  const blocks: Block[] = [];
  try {
    for (const scene of SCENES) {
      if (scene === "steady, 5,000 rooms") await Promise.all(sites.map(fillList));
      for (let round = 1; round <= size.rounds; round++) {
        for (const site of round % 2 === 1 ? sites : sites.toReversed()) {
          const joins = await block(site, scene, size);
          blocks.push({ side: site.side, scene, joins });
          tell(`join: ${scene}, ${round} of ${size.rounds}, ${site.side}: ${blockText(joins)}`);
        }
      }
    }
  } finally {
    await Promise.all(sites.flatMap(({ redis, servers }) => [...servers, redis].map((each) => each.stop())));
  }
  const storms: StormAfterFault[] = [];
  for (const fault of FAULTS) {
    const storm = await stormWith(fault, size.storm);
    storms.push(storm);
    tell(
      `join: ${fault}: ${storm.rooms} rooms, ${storm.errors.length} errors, longest ${storm.longestMs.toFixed(0)} ms`,
    );
  }
  return findings(size, blocks, storms);
}

async function startSite(side: Side): Promise<Site> {
  const redis = await startRedis();
  const servers: ServerProcess[] = [];
  for (let at = 0; at < PROCESSES; at++)
    servers.push(await startServer("./server.ts", import.meta.url, [side], redis.url));
  return { side, redis, servers };
}

async function block({ servers }: Site, scene: Scene, { joins, storm }: typeof FULL): Promise<Joins> {
  const urls = servers.map(({ url }) => url);
  const result = scene === "storm" ? await joinMany(urls, storm, storm) : await joinMany(urls, joins, WIDTH);
  await emptied(() => servers[0]!.ask<number[]>("sizes"));
  return result;
}

/** Of a process nobody asks. */
const FULL_ROOM = {
  name: Eight.name,
  processId: "elsewhere",
  clients: SEATS,
  maxClients: SEATS,
  locked: true,
  private: false,
  unlisted: false,
  epoch: 1,
};

async function fillList({ side, redis }: Site): Promise<void> {
  const client = new Redis(redis.url);
  const row = (roomId: string) => JSON.stringify({ ...FULL_ROOM, createdAt: new Date(), roomId });
  const rows = Array.from({ length: STANDING_ROOMS }, (_, at) => [`standing${at}`, row(`standing${at}`)]).flat();
  await client.hset(side === "ours" ? `${LISTINGS}rows` : "roomcaches", ...rows);
  await client.quit();
}

function blockText({ tookMs, totalMs, errors, rooms, unfilled }: Joins): string {
  const perSecond = ((tookMs.length / totalMs) * 1000).toFixed(0);
  const [p50, p99] = [50, 99].map((percent) => percentile(tookMs, percent).toFixed(0));
  return `${perSecond} joins/s, p50 ${p50} ms, p99 ${p99} ms, ${rooms} rooms, ${unfilled} not full, ${errors.length} errors`;
}

interface Summary {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly errors: number;
  /** Beyond those that the count of players makes due. */
  readonly roomsTooMany: number;
}

function summary(blocks: readonly Block[], side: Side, scene: Scene): Summary {
  const joins = blocks.filter((one) => one.side === side && one.scene === scene).map((one) => one.joins);
  const all = joins.flatMap(({ tookMs }) => tookMs);
  const due = (count: number) => Math.ceil(count / SEATS);
  return {
    perSecond: median(joins.map(({ tookMs, totalMs }) => (tookMs.length / totalMs) * 1000)),
    p50: percentile(all, 50),
    p99: percentile(all, 99),
    errors: joins.flatMap(({ errors }) => errors).length,
    roomsTooMany: joins.reduce((sum, { rooms, tookMs }) => sum + rooms - due(tookMs.length), 0),
  };
}

function findings(size: typeof FULL, blocks: readonly Block[], storms: readonly StormAfterFault[]): Findings {
  const of = (side: Side, scene: Scene) => summary(blocks, side, scene);
  const ratio = (scene: Scene) => of("ours", scene).perSecond / of("stock", scene).perSecond;
  const atLeast = (what: string, got: number) => ({
    what,
    promised: `at least ${FASTER_AT_LEAST} x stock`,
    got: `${got.toFixed(1)} x`,
    holds: got >= FASTER_AT_LEAST,
  });
  const due = Math.ceil(size.storm / SEATS);
  const sum = (count: (storm: StormAfterFault) => number) => storms.reduce((total, storm) => total + count(storm), 0);
  return {
    method: [
      `${PROCESSES} processes of ours and ${PROCESSES} of stock Colyseus (\`@colyseus/redis-driver\`, \`@colyseus/redis-presence\`), each side with a Redis of its own, rooms of ${SEATS}; only one side is asked at a time, by one process of cheap clients on the same machine, which ask each server in turn and connect to the process that has the room. Sides alternate, ${size.rounds} rounds of each scene.`,
      `Steady: ${size.joins} joins, ${WIDTH} under way at a time. Storm: ${size.storm} at once. With 5,000 rooms: steady, while the directory lists ${STANDING_ROOMS} full rooms of the type.`,
      "A join is from asking for a seat until the room's first frame; ours says it when the log has the player. Joins per second are the median of the rounds, times are of all joins.",
      `Faults: ${size.storm} of our own clients at once, at the other two processes where one is killed (-9) or stopped (SIGSTOP until all are in) when ${ROOMS_TEXT} are listed; slow rooms take 2 s to be made.`,
    ],
    tables: [
      {
        title: "Joins",
        columns: ["scene", "side", "joins/s", "p50, ms", "p99, ms", "errors", "rooms too many"],
        rows: SCENES.flatMap((scene) =>
          SIDES.map((side) => {
            const { perSecond, p50, p99, errors, roomsTooMany } = of(side, scene);
            return [
              scene,
              side,
              perSecond.toFixed(0),
              p50.toFixed(0),
              p99.toFixed(0),
              String(errors),
              String(roomsTooMany),
            ];
          }),
        ),
      },
      {
        title: "Storms with a fault, ours",
        columns: [
          "fault",
          "players",
          "errors",
          "rooms",
          "due",
          "not full",
          "rows that are not true",
          "longest join, ms",
        ],
        rows: storms.map(({ fault, players, errors, rooms, unfilled, untrue, longestMs }) => [
          fault,
          ...[players, errors.length, rooms, due, unfilled, untrue].map(String),
          longestMs.toFixed(0),
        ]),
      },
    ],
    reading:
      "Stock asks Redis for every room it has at each search, and two who find none both make one, or wait for a message that one of them missed. Ours books a seat in one script, so a search reads one room and each room that is due is made once.",
    targets: [
      atLeast("joins/s, steady", ratio("steady")),
      atLeast("joins/s, steady with 5,000 rooms", ratio("steady, 5,000 rooms")),
      atMost("join p99, steady", of("ours", "steady").p99, P99_MAX_MS, 0, " ms"),
      atMost("join p99, steady with 5,000 rooms", of("ours", "steady, 5,000 rooms").p99, P99_MAX_MS, 0, " ms"),
      exactly("rooms too many in storms", of("ours", "storm").roomsTooMany, 0),
      exactly(
        "errors, all scenes",
        SCENES.reduce((total, scene) => total + of("ours", scene).errors, 0),
        0,
      ),
      exactly(
        "errors in storms with a fault",
        sum(({ errors }) => errors.length),
        0,
      ),
      exactly(
        "rooms too many in storms with a fault",
        sum(({ rooms }) => rooms - due),
        0,
      ),
      exactly(
        "rows that are not true after storms with a fault",
        sum(({ untrue }) => untrue),
        0,
      ),
    ],
    figures: {
      size,
      joins: SCENES.flatMap((scene) => SIDES.map((side) => ({ scene, side, ...of(side, scene) }))),
      storms,
    },
  };
}

const ROOMS_TEXT = "the first five rooms";
