/**
 * One host that takes rooms over again and again, and what memory it holds meanwhile. Beside it another one gets all new rooms, is
 * killed, and its players leave once the survivor has them: what is left then of a takeover is a leak.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../../test/support/until.ts";
import { Fleet, type FleetHost } from "../../test/survival/fleet.ts";
import { Player } from "../../test/survival/player.ts";
import { CONFIG, GROWN_MS } from "./world.ts";

/** Rooms that stay at the survivor: it has more than the other one, so new rooms are made there. */
const RESIDENTS = 2;
const BACK_MS = 60_000;
const EMPTY_MS = 60_000;
/** A command of each player before the kill and after it. */
const COMMANDS = 5;

export interface Memory {
  readonly takeovers: number;
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
}

export interface SurvivorOptions {
  readonly rounds: number;
  readonly roomsEach: number;
  readonly tell: (memory: Memory) => void;
}

/** One sample before the first round and one after each. */
export async function survive({ rounds, roomsEach, tell }: SurvivorOptions): Promise<Memory[]> {
  const fleet = await Fleet.start(1, CONFIG);
  try {
    const [survivor] = fleet.hosts as [FleetHost];
    const residents: Player[] = [];
    for (let at = 0; at < RESIDENTS * roomsEach; at++) residents.push(await Player.create(survivor.url, "resident"));
    await sleep(GROWN_MS);
    const samples: Memory[] = [];
    const sample = async (takeovers: number) => {
      const memory = { takeovers, ...(await memoryOf(survivor)) };
      samples.push(memory);
      tell(memory);
    };
    await sample(0);
    for (let round = 1; round <= rounds; round++) {
      await takeOnce(fleet, residents.length, roomsEach);
      await sample(round * roomsEach);
    }
    await Promise.all(residents.map(({ room }) => room.leave()));
    return samples;
  } finally {
    await fleet.stop();
  }
}

async function takeOnce(fleet: Fleet, residents: number, rooms: number): Promise<void> {
  const victim = await fleet.add();
  const players: Player[] = [];
  for (let at = 0; at < rooms; at++) {
    const first = await Player.create(victim.url, "first");
    players.push(first, await Player.join(victim.url, first.room.roomId, "second"));
  }
  await sayAll(players);
  await fleet.kill(victim);
  await Promise.all(players.map((player) => player.back(1, BACK_MS)));
  await sayAll(players);
  await Promise.all(players.map(({ room }) => room.leave()));
  await until("the rooms to end", async () => (await fleet.rooms()).length === residents, EMPTY_MS);
}

async function sayAll(players: readonly Player[]): Promise<void> {
  await Promise.all(players.flatMap((player) => Array.from({ length: COMMANDS }, () => player.add())));
}

async function memoryOf(host: FleetHost): Promise<Omit<Memory, "takeovers">> {
  const lines = () => [...host.stdout().matchAll(/^memory (.*)$/gm)];
  const before = lines().length;
  host.kill("SIGUSR2");
  const said = await until("the host to say what it holds", () => lines()[before], EMPTY_MS);
  return JSON.parse(said[1]!) as Omit<Memory, "takeovers">;
}
