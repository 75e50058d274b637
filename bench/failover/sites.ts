/**
 * Where a match of the failover bench is played, and how its owner is struck: three hosts with one Redis, whose owner is killed
 * or frozen, or one host with the file store that is killed and started again. A site that was struck is whole again after `heal`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type MainProcess, startMain } from "../../test/support/main-process.ts";
import { freePort } from "../../test/support/redis.ts";
import { until } from "../../test/support/until.ts";
import { Fleet, type FleetHost } from "../../test/survival/fleet.ts";

const CONFIG = join(import.meta.dirname, "config.ts");
const HOSTS = 3;
/** A host younger than this is no match for the others yet, ms. */
const GROWN_MS = 2_000;
export const FROZEN_MS = 10_000;
const OWNER_MS = 15_000;

export interface Site {
  /** Where players knock: each address is a host's. */
  urls(): readonly string[];
  /** Strikes the owner of the room; returns when that was (`performance.now()`). */
  strike(roomId: string): Promise<number>;
  heal(): Promise<void>;
  /** What all hosts wrote, dead ones included. */
  logs(): string;
  stop(): Promise<void>;
}

/** `how`: what happens to the owner. */
export async function startFleetSite(how: "kill" | "freeze"): Promise<Site> {
  const fleet = await Fleet.start(HOSTS, CONFIG);
  const all: FleetHost[] = [...fleet.hosts];
  let frozen: FleetHost | undefined;
  await sleep(GROWN_MS);
  return {
    urls: () => fleet.hosts.map(({ url }) => url),
    async strike(roomId) {
      const owner = await ownerOf(fleet, roomId);
      const atMs = performance.now();
      if (how === "kill") {
        await fleet.kill(owner);
      } else {
        owner.kill("SIGSTOP");
        frozen = owner;
        setTimeout(() => owner.kill("SIGCONT"), FROZEN_MS);
      }
      return atMs;
    },
    async heal() {
      if (frozen === undefined) all.push(await fleet.add());
      else await until("the frozen host", async () => (await fetch(`${frozen!.url}/rooms`)).ok, 2 * FROZEN_MS);
      frozen = undefined;
      await sleep(GROWN_MS);
    },
    logs: () => all.map((host) => `--- ${host.pid} ${host.url}\n${host.stdout()}${host.stderr()}`).join("\n"),
    stop: () => fleet.stop(),
  };
}

/** A host that says it has the room: the youngest may not have heard of it for a moment. */
async function ownerOf(fleet: Fleet, roomId: string): Promise<FleetHost> {
  return until(
    `an owner of ${roomId}`,
    async () => {
      const row = (await fleet.rooms()).find((other) => other.roomId === roomId);
      return fleet.hosts.find(({ pid }) => pid === row?.pid);
    },
    OWNER_MS,
  );
}

export async function startSoloSite(): Promise<Site> {
  const dir = await mkdtemp(join(tmpdir(), "ninelives-solo-"));
  const port = await freePort();
  const start = () => startMain(CONFIG, { PORT: String(port), NINELIVES_DIR: dir, REDIS_URL: undefined });
  let host = start();
  const all: MainProcess[] = [host];
  await host.up();
  return {
    urls: () => [`http://localhost:${port}`],
    async strike() {
      const atMs = performance.now();
      await host.stop();
      host = start();
      all.push(host);
      return atMs;
    },
    async heal() {
      await host.up();
      await sleep(GROWN_MS);
    },
    logs: () => all.map((one) => `--- ${one.pid}\n${one.stdout()}${one.stderr()}`).join("\n"),
    async stop() {
      await host.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
