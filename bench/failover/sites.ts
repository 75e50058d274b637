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
import { sharedNowMs } from "../lib/shared-clock.ts";
import { Fleet, type FleetHost } from "../../test/survival/fleet.ts";

const CONFIG = join(import.meta.dirname, "config.ts");
export const HOSTS = 3;
/** From when a host is up until somebody is killed again, ms. */
const REST_MS = 1_000;
export const FROZEN_MS = 10_000;
const OWNER_MS = 15_000;

export interface Strike {
  /** On the shared clock, and on the one that logs are written by. */
  readonly atMs: number;
  readonly wallMs: number;
}

export interface Site {
  /** Where players knock: each address is a host's. */
  urls(): readonly string[];
  /** Strikes the owner of the room. */
  strike(roomId: string): Promise<Strike>;
  heal(): Promise<void>;
  /** What the living hosts wrote. */
  said(): string;
  /** What all hosts wrote, dead ones included. */
  saidByAll(): string;
  /** Where Redis keeps its files; undefined without one. */
  readonly redisDir: string | undefined;
  stop(): Promise<void>;
}

const now = (): Strike => ({ atMs: sharedNowMs(), wallMs: Date.now() });

/** `how`: what happens to the owner. */
export async function startFleetSite(how: "kill" | "freeze"): Promise<Site> {
  const fleet = await Fleet.start(HOSTS, CONFIG);
  let frozen: FleetHost | undefined;
  await sleep(REST_MS);
  return {
    urls: () => fleet.hosts.map(({ url }) => url),
    async strike(roomId) {
      const owner = await ownerOf(fleet, roomId);
      const strike = now();
      if (how === "kill") {
        await fleet.kill(owner);
      } else {
        owner.kill("SIGSTOP");
        frozen = owner;
        setTimeout(() => owner.kill("SIGCONT"), FROZEN_MS);
      }
      return strike;
    },
    async heal() {
      if (frozen === undefined) await fleet.add();
      else await until("the frozen host", () => isUp(frozen!), 2 * FROZEN_MS);
      frozen = undefined;
      await sleep(REST_MS);
    },
    said: () => fleet.hosts.map((host) => host.stdout()).join(""),
    saidByAll: () => fleet.said(),
    redisDir: fleet.redisDir,
    stop: () => fleet.stop(),
  };
}

function isUp({ url }: FleetHost): Promise<boolean> {
  return fetch(`${url}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** A host that says it has the room: the youngest may not have heard of it for a moment. */
async function ownerOf(fleet: Fleet, roomId: string): Promise<FleetHost> {
  return until(
    `an owner of ${roomId}`,
    async () => {
      const row = (await fleet.rooms().catch(() => [])).find((other) => other.roomId === roomId);
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
      const strike = now();
      await host.stop();
      host = start();
      all.push(host);
      return strike;
    },
    async heal() {
      await host.up();
      await sleep(REST_MS);
    },
    said: () => host.stdout(),
    saidByAll: () => all.map((one) => `--- host ${one.pid}\n${one.stdout()}${one.stderr()}`).join(""),
    redisDir: undefined,
    async stop() {
      await host.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
