/** A rolling deploy under players: what they notice of it, and what of a match is lost. */
import { setTimeout as sleep } from "node:timers/promises";
import { Player } from "../../test/survival/player.ts";
import { Supervised } from "../../test/survival/supervised.ts";
import { atMost, type Bench, type BenchOptions, exactly, type Findings } from "../lib/bench.ts";
import { type Reckoning, reckon, total } from "../lib/reckon.ts";
import { mean, percentile } from "../lib/stats.ts";

const PROCESSES = 3;
const TICK_HZ = 30;
const FULL = { rooms: 20, players: 5, rolls: 3 };
const QUICK = { rooms: 6, players: 3, rolls: 1 };
/** Each player says one command so often, ms. */
const COMMAND_MS = 500;
/** From the last join to the first roll, and between two, ms: the hosts are warm, and nobody starts. */
const SETTLE_MS = 5_000;
const TICKS_AFTER = 2 * TICK_HZ;
/** The longest time a room may stand still at a client, ms: for 95 % of the rooms. */
const GAP_MAX_MS = 300;

interface Roll {
  readonly ms: number;
  /** Of each room: the longest time between two patches at one of its clients. */
  readonly gapsMs: readonly number[];
  /** Of each room. */
  readonly moves: readonly number[];
}

export const rolling: Bench = { name: "rolling", title: "What players notice of a rolling deploy", run };

async function run({ quick, tell }: BenchOptions): Promise<Findings> {
  const size = quick ? QUICK : FULL;
  const supervised = await Supervised.start(PROCESSES);
  try {
    const rooms: Player[][] = [];
    for (let at = 0; at < size.rooms; at++) rooms.push(await fill(supervised.url, size.players));
    for (const player of rooms.flat()) player.play(COMMAND_MS);
    tell(`rolling: ${size.rooms} rooms of ${size.players} players on ${PROCESSES} processes`);
    const rolls: Roll[] = [];
    for (let at = 1; at <= size.rolls; at++) {
      await sleep(SETTLE_MS);
      const roll = await rollOnce(supervised, rooms);
      rolls.push(roll);
      const longestMs = Math.max(...roll.gapsMs).toFixed(0);
      tell(`rolling: roll ${at} of ${size.rolls} took ${roll.ms.toFixed(0)} ms, longest gap ${longestMs} ms`);
    }
    const reckoning = total(await Promise.all(rooms.map((players) => reckon(players))));
    const told = supervised.said().match(/"msg":"player left"/g)?.length ?? 0;
    return findings(size, rolls, reckoning, told);
  } finally {
    await supervised.stop();
  }
}

async function fill(url: string, count: number): Promise<Player[]> {
  const first = await Player.create(url, "first");
  const others = Array.from({ length: count - 1 }, () => Player.join(url, first.room.roomId, "other"));
  return [first, ...(await Promise.all(others))];
}

async function rollOnce(supervised: Supervised, rooms: readonly (readonly Player[])[]): Promise<Roll> {
  const before = rooms.map(([first]) => first!.room.state.restores);
  for (const player of rooms.flat()) player.longestGapMs = 0;
  const ms = await supervised.roll();
  await Promise.all(rooms.flat().map((player) => player.ticks(TICKS_AFTER, SETTLE_MS * 4)));
  return {
    ms,
    gapsMs: rooms.map((players) => Math.max(...players.map(({ longestGapMs }) => longestGapMs))),
    moves: rooms.map(([first], at) => first!.room.state.restores - before[at]!),
  };
}

function findings(size: typeof FULL, rolls: readonly Roll[], reckoning: Reckoning, told: number): Findings {
  const gapsMs = rolls.flatMap((roll) => roll.gapsMs);
  const moves = rolls.flatMap((roll) => roll.moves);
  const ms = (percent: number) => percentile(gapsMs, percent);
  const row = (name: string, { gapsMs: gaps, moves: moved, ms: tookMs }: Roll) => [
    name,
    (tookMs / 1000).toFixed(1),
    ...[50, 95, 100].map((percent) => percentile(gaps, percent).toFixed(0)),
    mean(moved).toFixed(2),
    String(Math.max(...moved)),
  ];
  return {
    method: [
      `${PROCESSES} processes under the supervisor (\`main.ts --processes ${PROCESSES}\`) and a Redis, ${size.rooms} rooms at ${TICK_HZ} Hz that send a patch each tick, ${size.players} players in each, all with our client in one process on the same machine. Each player says a command every ${COMMAND_MS} ms, and each command is an event to everybody in the room.`,
      `SIGHUP to the supervisor replaces the processes one at a time: a new one starts and is ready, an old one is told to go. ${size.rolls} times, ${SETTLE_MS / 1000} s apart.`,
      "The gap of a room is the longest time between two patches at one of its clients, from the signal until two seconds after the last process was replaced; the start of the new processes is in it.",
      "At the end each command has to have been answered once, with the number of times it ran being 1, the room has to count as many as were said, and each player has to have been told each event once and in order.",
    ],
    tables: [
      {
        title: "Rolls",
        columns: ["roll", "took, s", "gap p50, ms", "p95", "longest", "moves of a room, mean", "most"],
        rows: rolls.map((roll, at) => row(String(at + 1), roll)),
      },
      {
        title: "What was said",
        columns: ["commands", "lost or doubled", "events due", "wrong"],
        rows: [
          [reckoning.commands, lostOrDoubled(reckoning), reckoning.events, reckoning.wrongEvents].map((count) =>
            String(count),
          ),
        ],
      },
    ],
    reading:
      "A process that goes hands its rooms over one by one: a room stands still from its last snapshot until the next owner has read it and its players are there. Each goes to the process with the fewest rooms, which is the one that has just come in its place, so a room moves once.",
    targets: [
      exactly("players who left, as rooms and clients have it", reckoning.left + told, 0),
      exactly("commands lost or doubled", lostOrDoubled(reckoning), 0),
      exactly("events lost, doubled or out of order", reckoning.wrongEvents, 0),
      exactly("pictures that went back", reckoning.wentBack, 0),
      atMost("gap of a room, p95", ms(95), GAP_MAX_MS, 0, " ms"),
      atMost("moves of a room in a roll", Math.max(...moves), 1, 0),
    ],
    figures: { size, rolls, reckoning, gapMs: { p50: ms(50), p95: ms(95), max: ms(100) } },
  };
}

function lostOrDoubled({ unanswered, lost, doubled }: Reckoning): number {
  return unanswered + lost + doubled;
}
