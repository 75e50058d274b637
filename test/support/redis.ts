/** A real Redis of one suite: its own process, its own port, nothing on disk unless it is given a folder. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Redis } from "ioredis";
import { until, within } from "./until.ts";

const CLUSTER_MS = 20_000;

export interface TestRedis {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

export interface TestRedisOptions {
  /** Default: a folder of its own, which goes with it. */
  readonly dir?: string;
  /** On top of the others, and before them. */
  readonly args?: readonly string[];
}

/** `at`: default a port nobody listens on. */
export async function startRedis(at?: number, { dir, args = [] }: TestRedisOptions = {}): Promise<TestRedis> {
  const port = at ?? (await freePort());
  const home = dir ?? (await mkdtemp(join(tmpdir(), "ninelives-redis-")));
  const common = ["--port", String(port), "--bind", "127.0.0.1", "--dir", home, "--save", "", "--appendonly", "no"];
  const child = spawn(process.env.NINELIVES_REDIS_SERVER ?? "redis-server", [...common, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await within("redis-server to be ready", ready(child));
  return {
    url: `redis://127.0.0.1:${port}`,
    pid: child.pid!,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const exited = once(child, "exit");
        child.kill("SIGKILL");
        await exited;
      }
      if (dir === undefined) await rm(home, { recursive: true, force: true });
    },
  };
}

/** Three nodes that share the slots, ready to take commands. */
export async function startRedisCluster(): Promise<{ readonly urls: readonly string[]; stop(): Promise<void> }> {
  const busPorts = [await freePort(), await freePort(), await freePort()];
  const nodes = await Promise.all(
    busPorts.map((busPort) =>
      startRedis(undefined, { args: ["--cluster-enabled", "yes", "--cluster-port", String(busPort)] }),
    ),
  );
  const admins = nodes.map(({ url }) => new Redis(url));
  const portOf = (url: string) => Number(new URL(url).port);
  const slots = 16_384;
  for (const [place, admin] of admins.entries()) {
    const [first, next] = [place, place + 1].map((share) => Math.floor((share * slots) / nodes.length));
    await admin.call("CLUSTER", "ADDSLOTSRANGE", first!, next! - 1);
    await admin.call("CLUSTER", "SET-CONFIG-EPOCH", place + 1);
  }
  for (const [place, { url }] of nodes.entries())
    await admins[0]!.call("CLUSTER", "MEET", "127.0.0.1", portOf(url), busPorts[place]!);
  await until(
    "the cluster to be whole",
    async () => {
      const infos = await Promise.all(admins.map((admin) => admin.call("CLUSTER", "INFO")));
      return infos.every((info) => /cluster_state:ok[\s\S]*cluster_known_nodes:3/.test(String(info)));
    },
    CLUSTER_MS,
  );
  for (const admin of admins) admin.disconnect();
  return {
    urls: nodes.map(({ url }) => url),
    stop: async () => void (await Promise.all(nodes.map((node) => node.stop()))),
  };
}

/** A port nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function ready(child: ChildProcess): Promise<void> {
  for await (const line of createInterface({ input: child.stdout! })) {
    if (line.includes("Ready to accept connections")) return void child.stdout!.resume();
  }
  throw new Error("redis-server ended before it was ready");
}
