/**
 * What a message costs its server, in µs of CPU: a bare `room.send` to a stock room, a stock request, and our command with and
 * without the log. The same load for each, one after the other, round by round.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { LIMITS, Random, seedWords } from "@ninelives/shared-schema";
import { systemClock } from "../../loadtest/src/clock.ts";
import { Schedule } from "../../loadtest/src/schedule.ts";
import { type ServerProcess, startServer } from "../lib/server-process.ts";
import { sum } from "../lib/stats.ts";
import { type Addition, counterType, TICK_HZ } from "./counter.ts";
import type { BlockCost } from "./server.ts";
import { joinSpeakers, type Speaker, type SpeakerKind } from "./speakers.ts";

export interface Load {
  readonly name: string;
  readonly sessions: number;
  /** Messages a session says at once, once a tick. Twice that stays below what a client has in flight. */
  readonly burst: number;
  readonly messages: number;
}

export const LOADS: readonly Load[] = [
  { name: "busy", sessions: 40, burst: 24, messages: 200_000 },
  { name: "sparse", sessions: 100, burst: 1, messages: 20_000 },
];

const WAYS = [
  { name: "stock send", server: "stock", kind: "send", durability: "off" },
  { name: "stock request", server: "stock", kind: "request", durability: "off" },
  { name: "ours, no log", server: "ours", kind: "command", durability: "off" },
  { name: "ours", server: "ours", kind: "command", durability: "acked" },
] as const satisfies readonly { name: string; server: string; kind: SpeakerKind; durability: "off" | "acked" }[];
export type WayName = (typeof WAYS)[number]["name"];
export const WAY_NAMES: readonly WayName[] = WAYS.map(({ name }) => name);

export interface Cell {
  readonly way: WayName;
  readonly load: Load;
  readonly server: ServerProcess;
  readonly speakers: readonly Speaker[];
  /** CPU of a message in each round, µs: the same index is the same round. */
  readonly us: number[];
}

/** Between two looks at how far the server is, ms. */
const LOOK_MS = 50;

export interface CostOptions {
  readonly rounds: number;
  /** Share of a load's messages that are said; 1 in a full run. */
  readonly share: number;
  readonly payload: Addition;
  readonly tell: (line: string) => void;
}

export async function measureCost({ rounds, share, payload, tell }: CostOptions): Promise<readonly Cell[]> {
  const roomOf = (way: (typeof WAYS)[number], load: Load) => `${way.durability}-${way.kind}-${load.name}`;
  const servers = new Map<string, ServerProcess>();
  const cells: Cell[] = [];
  for (const load of LOADS) {
    for (const way of WAYS) {
      const names = WAYS.filter((other) => other.server === way.server).flatMap((other) =>
        LOADS.map((one) => roomOf(other, one)),
      );
      const server =
        servers.get(way.server) ?? (await startServer("./server.ts", import.meta.url, [way.server, ...names]));
      servers.set(way.server, server);
      const type = counterType(roomOf(way, load), way.durability);
      const speakers = await joinSpeakers(way.kind, server.url, type, load.sessions, payload);
      cells.push({ way: way.name, load, server, speakers, us: [] });
    }
  }
  for (const cell of cells) await runBlock(cell, share);
  for (let round = 0; round < rounds; round++) {
    for (const cell of round % 2 === 0 ? cells : cells.toReversed()) cell.us.push(await runBlock(cell, share));
    for (const load of LOADS) {
      const row = cells.filter((cell) => cell.load === load);
      const told = row.map(({ way, us }) => `${way} ${us.at(-1)!.toFixed(2)} µs`).join(", ");
      tell(`delivery: round ${round + 1} of ${rounds}, ${load.name}: ${told}`);
    }
  }
  for (const { speakers } of cells) for (const speaker of speakers) speaker.leave();
  for (const server of servers.values()) await server.stop();
  return cells;
}

/** CPU of a message, µs, from the first one until the server has taken and answered the last. */
async function runBlock({ load, server, speakers }: Cell, share: number): Promise<number> {
  const { burst, sessions, messages } = load;
  const bursts = Math.ceil((messages * share) / (sessions * burst));
  await server.ask("begin");
  await Promise.all(speakers.map((speaker, index) => sayAll(speaker, index, burst, bursts)));
  const said = bursts * burst * sessions;
  while (sum(speakers.map(({ pending }) => pending)) > 0 || (await server.ask<number>("taken")) < said) {
    await sleep(LOOK_MS);
  }
  const { messages: taken, cpuMs } = await server.ask<BlockCost>("end");
  if (taken !== said) throw new Error(`${said} messages were said, ${taken} were taken`);
  return (cpuMs * 1000) / taken;
}

/** A burst a tick, at a phase of its own; a beat is passed over while too much is unanswered. */
function sayAll(speaker: Speaker, index: number, burst: number, bursts: number): Promise<void> {
  const periodMs = 1000 / TICK_HZ;
  let left = bursts;
  return new Promise((resolve) => {
    const schedule = new Schedule(systemClock, periodMs, () => {
      if (speaker.pending + burst > LIMITS.commandsInFlight) return;
      for (let count = 0; count < burst; count++) speaker.say();
      if (--left > 0) return;
      schedule.stop();
      resolve();
    });
    schedule.start(new Random(seedWords(index)).range(0, periodMs));
  });
}
