/** What rooms that are kept ready are worth to who joins: ours with and without them, and stock, in turn. */
import { startRedis, type TestRedis } from "../../test/support/redis.ts";
import { emptied, joinMany, type Joins } from "../join/crowd.ts";
import { SEATS } from "../join/rooms.ts";
import type { Bench, BenchOptions, Findings } from "../lib/bench.ts";
import { type ServerProcess, startServer } from "../lib/server-process.ts";
import { median, percentile } from "../lib/stats.ts";

const FULL = { rounds: 7, joins: 400 };
const QUICK = { rounds: 1, joins: 160 };
const PROCESSES = 3;
const WIDTH = 32;
const READY = 4;
const FASTER_AT_LEAST = 3.5;
/** How long a room takes to be made, ms. */
const MAKING_MS = [0, 100] as const;
const SIDES = ["ours", "ours, kept ready", "stock"] as const;

type Side = (typeof SIDES)[number];

interface Block {
  readonly side: Side;
  readonly makingMs: number;
  readonly joins: Joins;
}

interface Site {
  readonly side: Side;
  readonly redis: TestRedis;
  readonly servers: readonly ServerProcess[];
}

export const warm: Bench = { name: "warm", title: "What rooms that are kept ready are worth", run };

async function run({ quick, tell }: BenchOptions): Promise<Findings> {
  const size = quick ? QUICK : FULL;
  const blocks: Block[] = [];
  for (const makingMs of MAKING_MS) {
    const sites: Site[] = [];
    try {
      for (const side of SIDES) sites.push(await startSite(side, makingMs));
      for (const site of sites) await crowd(site, size.joins);
      for (let round = 1; round <= size.rounds; round++) {
        for (const site of round % 2 === 1 ? sites : sites.toReversed()) {
          const joins = await crowd(site, size.joins);
          blocks.push({ side: site.side, makingMs, joins });
          tell(
            `warm: ${makingMs} ms, ${round} of ${size.rounds}, ${site.side}: ${perSecond(joins).toFixed(0)} joins/s`,
          );
        }
      }
    } finally {
      await Promise.all(sites.flatMap(({ redis, servers }) => [...servers, redis].map((each) => each.stop())));
    }
  }
  return findings(size, blocks);
}

async function startSite(side: Side, makingMs: number): Promise<Site> {
  const redis = await startRedis();
  const servers: ServerProcess[] = [];
  const args = [side === "stock" ? "stock" : "ours", String(readyAt(side)), String(makingMs)];
  for (let at = 0; at < PROCESSES; at++)
    servers.push(await startServer("../join/server.ts", import.meta.url, args, redis.url));
  return { side, redis, servers };
}

/** In each process. */
function readyAt(side: Side): number {
  return side === "ours, kept ready" ? READY : 0;
}

/** When it is over all rooms have ended but those that are kept ready, which are there again. */
async function crowd({ side, servers }: Site, count: number): Promise<Joins> {
  const urls = servers.map(({ url }) => url);
  const joins = await joinMany(urls, count, WIDTH);
  await emptied(() => servers[0]!.ask<number[]>("sizes"), PROCESSES * readyAt(side), side === "stock");
  return joins;
}

function perSecond({ tookMs, totalMs }: Joins): number {
  return (tookMs.length / totalMs) * 1_000;
}

function findings(size: { rounds: number; joins: number }, blocks: readonly Block[]): Findings {
  const figures = MAKING_MS.flatMap((makingMs) =>
    SIDES.map((side) => {
      const joins = blocks.filter((one) => one.side === side && one.makingMs === makingMs).map((one) => one.joins);
      const all = joins.flatMap(({ tookMs }) => tookMs);
      return {
        makingMs,
        side,
        perSecond: median(joins.map(perSecond)),
        p50: percentile(all, 50),
        p99: percentile(all, 99),
        errors: joins.flatMap(({ errors }) => errors).length,
        roomsTooMany: joins.reduce((sum, { rooms, tookMs }) => sum + rooms - Math.ceil(tookMs.length / SEATS), 0),
      };
    }),
  );
  const of = (side: Side, makingMs: number) =>
    figures.find((one) => one.side === side && one.makingMs === makingMs)!.perSecond;
  return {
    method: [
      `${PROCESSES} processes of ours, ${PROCESSES} of ours that keep ${READY} rooms ready each, and ${PROCESSES} of stock Colyseus, each with a Redis of its own; rooms of ${SEATS}. One side is asked at a time, ${size.joins} joins, ${WIDTH} under way, as in the bench join; sides alternate, ${size.rounds} rounds. Between rounds all rooms end but those that are kept ready.`,
      `Rooms that take 100 ms to be made wait for so long in \`onCreate\`, on all sides, as for a map from somewhere else.`,
      "Joins per second are the median of the rounds, times are of all joins.",
    ],
    tables: [
      {
        title: "Joins",
        columns: ["a room is made in", "side", "joins/s", "p50, ms", "p99, ms", "errors", "rooms too many"],
        rows: figures.map(({ makingMs, side, perSecond: joins, p50, p99, errors, roomsTooMany }) => [
          `${makingMs} ms`,
          side,
          ...[joins, p50, p99].map((figure) => figure.toFixed(0)),
          ...[errors, roomsTooMany].map(String),
        ]),
      },
    ],
    reading:
      "With 32 joins under way all the time the processor is what there is too little of, and a room that is kept ready costs as much of it as one that is made when it is due: the distance to stock is not theirs. What they save is the wait of who joins, the more the longer a room takes to be made.",
    targets: MAKING_MS.map((makingMs) => {
      const times = of("ours, kept ready", makingMs) / of("stock", makingMs);
      return {
        what: `joins/s with rooms kept ready, a room is made in ${makingMs} ms`,
        promised: `at least ${FASTER_AT_LEAST} x stock`,
        got: `${times.toFixed(1)} x`,
        holds: times >= FASTER_AT_LEAST,
      };
    }),
    figures: { size, joins: figures },
  };
}
