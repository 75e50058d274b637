/** Storms on our servers while something happens to one of three: slow rooms, a kill, a process that stands still. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, type Room } from "@ninelives/client";
import { Fleet, type FleetHost } from "../../test/survival/fleet.ts";
import { Quick, Slow } from "../../test/survival/storm.type.ts";
import { until } from "../../test/support/until.ts";
import { SEATS } from "./rooms.ts";

const CONFIG = join(import.meta.dirname, "../../test/survival/storm.config.ts");
const SETTLED_MS = 60_000;
const FROZEN_MS = 10_000;
/** Rooms are listed, and the storm goes on. */
const ROOMS_BEFORE = 5;

export type Fault = "slow rooms" | "one killed" | "one frozen";

export interface StormAfterFault {
  readonly fault: Fault;
  readonly players: number;
  readonly errors: readonly string[];
  readonly rooms: number;
  readonly unfilled: number;
  /** Listed rooms that nobody of the crowd is in, or with another count than the crowd has, when it is settled. */
  readonly untrue: number;
  readonly longestMs: number;
}

export async function stormWith(fault: Fault, count: number): Promise<StormAfterFault> {
  const fleet = await Fleet.start(3, CONFIG);
  try {
    const [victim, ...others] = fleet.hosts as [FleetHost, ...FleetHost[]];
    const hosts = fault === "slow rooms" ? fleet.hosts : others;
    const errors: string[] = [];
    const players: Room<typeof Quick>[] = [];
    let longestMs = 0;
    const joins = Array.from({ length: count }, async (_, at) => {
      const askedMs = performance.now();
      const client = connect(hosts[at % hosts.length]!.url);
      try {
        players.push(await client.joinOrCreate(fault === "slow rooms" ? (Slow as never) : Quick, { mode: "any" }));
        longestMs = Math.max(longestMs, performance.now() - askedMs);
      } catch (error) {
        errors.push(String(error));
      }
    });
    if (fault !== "slow rooms") {
      await until("the first rooms", async () => (await fleet.rooms()).length >= ROOMS_BEFORE);
      if (fault === "one killed") await fleet.kill(victim);
      else victim.kill("SIGSTOP");
    }
    const stoppedMs = performance.now();
    await Promise.all(joins);
    if (fault === "one frozen") {
      await sleep(Math.max(0, FROZEN_MS - (performance.now() - stoppedMs)));
      victim.kill("SIGCONT");
      await until("it to be awake", () => fetch(`${victim.url}/healthz`).then(({ ok }) => ok));
    }
    const here = Map.groupBy(players, ({ roomId }) => roomId);
    const untrue = async () => {
      const rows = await fleet.rooms();
      const wrong = rows.filter(({ roomId, players: listed }) => here.get(roomId)?.length !== listed).length;
      return wrong + Math.max(0, here.size - rows.length);
    };
    await until("the list to be true", async () => (await untrue()) === 0, SETTLED_MS).catch(() => undefined);
    const sizes = [...here.values()].map(({ length }) => length);
    const unfilled = sizes.filter((size) => size < SEATS).length;
    return { fault, players: count, errors, rooms: here.size, unfilled, untrue: await untrue(), longestMs };
  } finally {
    await fleet.stop();
  }
}
