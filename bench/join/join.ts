/** How fast players get a seat at three processes that share a Redis, and whether rooms are as they should be: ours and stock, in turn. */
import { Redis } from "ioredis";
import { LISTINGS } from "../../server/src/matchmaking/redis-driver.ts";
import { startRedis, type TestRedis } from "../../test/support/redis.ts";
import type { Bench, BenchOptions, Findings } from "../lib/bench.ts";
import { type ServerProcess, startServer } from "../lib/server-process.ts";
import { percentile } from "../lib/stats.ts";
import { afterKills } from "./after-kill.ts";
import { emptied, joinMany, type Joins } from "./crowd.ts";
import { type Fault, type StormAfterFault, stormWith } from "./faults.ts";
import {
  type Block,
  joinFindings,
  PROCESSES,
  type Scene,
  SCENES,
  type Side,
  SIDES,
  type Size,
  STANDING_ROOMS,
  WIDTH,
} from "./findings.ts";
import { Eight, SEATS } from "./rooms.ts";

const FULL = { rounds: 5, joins: 800, storm: 500, kills: 20 };
const QUICK = { rounds: 1, joins: 160, storm: 120, kills: 4 };
/** Before each scene, and not counted: servers that have just started are slower. */
const WARM_UP = { rounds: 1, joins: 200, storm: 200, kills: 0 };
const FAULTS: readonly Fault[] = ["slow rooms", "one killed", "one frozen"];

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
      for (const site of sites) await block(site, scene, WARM_UP);
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
  const kills = await afterKills(size.kills, ({ nextJoinMs, staleMs }, number) => {
    const next = nextJoinMs === undefined ? "nobody asks" : `the next player is in after ${nextJoinMs.toFixed(0)} ms`;
    tell(`join: kill ${number} of ${size.kills}: ${next}, rows of the dead for ${staleMs.toFixed(0)} ms`);
  });
  return joinFindings(size, blocks, storms, kills);
}

async function startSite(side: Side): Promise<Site> {
  const redis = await startRedis();
  const servers: ServerProcess[] = [];
  for (let at = 0; at < PROCESSES; at++)
    servers.push(await startServer("./server.ts", import.meta.url, [side], redis.url));
  return { side, redis, servers };
}

async function block({ side, servers }: Site, scene: Scene, { joins, storm }: Size): Promise<Joins> {
  const urls = servers.map(({ url }) => url);
  const result = scene === "storm" ? await joinMany(urls, storm, storm) : await joinMany(urls, joins, WIDTH);
  await emptied(() => servers[0]!.ask<number[]>("sizes"), 0, side === "stock");
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
