/** What the join bench says of what it saw. */
import { atMost, exactly, type Findings } from "../lib/bench.ts";
import { median, percentile } from "../lib/stats.ts";
import type { AfterKill } from "./after-kill.ts";
import type { Joins } from "./crowd.ts";
import type { StormAfterFault } from "./faults.ts";
import { SEATS } from "./rooms.ts";

export type Side = "ours" | "stock";
export type Scene = "steady" | "steady, 5,000 rooms" | "storm";

export interface Block {
  readonly side: Side;
  readonly scene: Scene;
  readonly joins: Joins;
}

export interface Size {
  readonly rounds: number;
  readonly joins: number;
  readonly storm: number;
  readonly kills: number;
}

const FASTER_AT_LEAST = 3.5;
const P99_MAX_MS = 400;
export const SIDES: readonly Side[] = ["ours", "stock"];
export const SCENES: readonly Scene[] = ["steady", "storm", "steady, 5,000 rooms"];
export const PROCESSES = 3;
export const WIDTH = 32;
export const STANDING_ROOMS = 5_000;
/** After a kill: until the next player is in, and how long rows of the dead are listed, when somebody asks and when nobody does, ms. */
const NEXT_MAX_MS = 500;
const STALE_MAX_MS = { asked: 2_000, unasked: 3_000 };

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

export function joinFindings(
  size: Size,
  blocks: readonly Block[],
  storms: readonly StormAfterFault[],
  kills: readonly AfterKill[],
): Findings {
  const of = (side: Side, scene: Scene) => summary(blocks, side, scene);
  const ratio = (scene: Scene) => of("ours", scene).perSecond / of("stock", scene).perSecond;
  const atLeast = (what: string, got: number) => ({
    what,
    promised: `at least ${FASTER_AT_LEAST} x stock`,
    got: `${got.toFixed(1)} x`,
    holds: got >= FASTER_AT_LEAST,
  });
  const due = Math.ceil(size.storm / SEATS);
  const next = kills.flatMap(({ nextJoinMs }) => nextJoinMs ?? []);
  const stale = (isAsked: boolean) =>
    kills.filter(({ nextJoinMs }) => (nextJoinMs !== undefined) === isAsked).map(({ staleMs }) => staleMs);
  const shape = (of: readonly number[]) => [50, 95, 100].map((percent) => percentile(of, percent).toFixed(0));
  const sum = (count: (storm: StormAfterFault) => number) => storms.reduce((total, storm) => total + count(storm), 0);
  return {
    method: [
      `${PROCESSES} processes of ours and ${PROCESSES} of stock Colyseus (\`@colyseus/redis-driver\`, \`@colyseus/redis-presence\`), each side with a Redis of its own, rooms of ${SEATS}; only one side is asked at a time, by one process of cheap clients on the same machine, which ask each server in turn and connect to the process that has the room. Sides alternate, ${size.rounds} rounds of each scene.`,
      `Steady: ${size.joins} joins, ${WIDTH} under way at a time. Storm: ${size.storm} at once. With 5,000 rooms: steady, while the directory lists ${STANDING_ROOMS} full rooms of the type.`,
      "A join is from asking for a seat until the room's first frame; ours says it when the log has the player. Joins per second are the median of the rounds, times are of all joins.",
      `After a kill: ${size.kills} times the owner of the room that has seats left gets SIGKILL, and in every other round a player asks another host for a seat at the same moment; our client, rooms with players in them.`,
      `Faults: ${size.storm} of our own clients at once, at the other two processes where one is killed (-9) or stopped (SIGSTOP for 10 s) when the first five rooms are listed; slow rooms take 2 s to be made.`,
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
      {
        title: "After a kill, ours",
        columns: ["ms from the kill", "kills", "p50", "p95", "most"],
        rows: [
          ["the next player is in", String(next.length), ...shape(next)],
          ["rows of the dead, somebody asks", String(stale(true).length), ...shape(stale(true))],
          ["rows of the dead, nobody asks", String(stale(false).length), ...shape(stale(false))],
        ],
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
      atMost("after a kill the next player is in, p95", percentile(next, 95), NEXT_MAX_MS, 0, " ms"),
      atMost("rows of the dead, somebody asks, most", Math.max(...stale(true)), STALE_MAX_MS.asked, 0, " ms"),
      atMost("rows of the dead, nobody asks, most", Math.max(...stale(false)), STALE_MAX_MS.unasked, 0, " ms"),
    ],
    figures: {
      size,
      joins: SCENES.flatMap((scene) => SIDES.map((side) => ({ scene, side, ...of(side, scene) }))),
      storms,
    },
  };
}
