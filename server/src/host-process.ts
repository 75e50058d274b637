/**
 * A host as a process: configuration in, a host that runs until a signal drains it. Started directly it is alone; started by a
 * supervisor it says over their channel when players can come, or why it cannot start, and goes when the supervisor is gone.
 */
import cluster from "node:cluster";
import { resolve } from "node:path";
import { NetError } from "@ninelives/shared-schema";
import { addressFromEnv, isProduction, loggerFromEnv, operatorTokenFromEnv, portFromEnv } from "./env.ts";
import { startHost } from "./host.ts";
import type { RunningHost } from "./host/running-host.ts";
import type { Logger } from "./inspect/logger.ts";
import { loadConfig, makeWritable } from "./load-config.ts";
import { lockDir } from "./log/dir-lock.ts";
import { DRAIN_MS, fail, onStopSignals } from "./signals.ts";
import type { HostMessage } from "./supervisor/host-child.ts";
import { systemClock } from "./system-clock.ts";

/** What sysexits.h calls EX_CONFIG: another try with the same configuration would end the same way. */
const EXIT_CONFIG = 78;

const ONE_PROCESS_STORE =
  "store: one that several processes can use expected with --processes above 1, the file store got: its folder belongs to one process";

/** Of a host that a supervisor started. */
export interface Supervised {
  /** Hosts that run beside each other, this one included. With more than one they share PORT, and each has a port of its own. */
  readonly processes: number;
}

export async function runHost(configPath: string, supervised: Supervised | undefined): Promise<void> {
  try {
    const logger = loggerFromEnv(process.env);
    const running = await start(configPath, supervised, logger);
    const { port, processId, url } = running;
    if (supervised === undefined) {
      logger.info({ port, processId, pid: process.pid }, `Ninelives is up: ${url}`);
      const drain = drainer(running);
      onStopSignals(systemClock, drain, () => process.exit(1));
    } else {
      logger.info({ port, processId, pid: process.pid }, "a host is ready");
      obeySupervisor(drainer(running));
      tell({ ready: true });
    }
    const { strays } = running;
    process.on("uncaughtException", (error) => strays.thrown(error));
    process.on("unhandledRejection", (reason) => strays.rejected(reason));
  } catch (error) {
    if (!(error instanceof NetError)) fail(String((error as Error).stack ?? error));
    if (supervised === undefined) fail(error.message);
    tell({ refusal: error.message }, () => process.exit(EXIT_CONFIG));
  }
}

async function start(configPath: string, supervised: Supervised | undefined, logger: Logger): Promise<RunningHost> {
  const env = process.env;
  const port = portFromEnv(env.PORT);
  const production = isProduction(env);
  const operatorToken = operatorTokenFromEnv(env);
  const host = await loadConfig(resolve(configPath), production);
  const shares = supervised !== undefined && supervised.processes > 1;
  if (host.store.kind === "file") {
    if (shares) throw new NetError("CONFIG_INVALID", ONE_PROCESS_STORE);
    makeWritable(host.store.dir);
    await lockDir(host.store.dir);
  }
  return startHost(host, {
    ...(shares ? { port: 0, sharedPort: port } : { port }),
    logger,
    production,
    operatorToken,
    redisUrl: env.REDIS_URL,
    publicAddress: addressFromEnv("PUBLIC_ADDRESS", env.PUBLIC_ADDRESS, shares),
    region: env.REGION,
    innerAddress: shares ? undefined : addressFromEnv("INNER_ADDRESS", env.INNER_ADDRESS),
  });
}

/** Ends the process once the host has let everything go, or could not in DRAIN_MS; matches that it plays on have their own time. */
function drainer(running: RunningHost): () => void {
  return () => {
    const limit = (ms: number) =>
      systemClock.after(ms, () => fail(`the drain took longer than ${ms} ms; its matches' logs have no end`));
    let late = limit(DRAIN_MS);
    const onFinish = (withinMs: number) => {
      late.cancel();
      late = limit(withinMs + DRAIN_MS);
      tell({ finishesWithinMs: withinMs });
    };
    running.stop(onFinish).then(
      () => process.exit(0),
      (error: unknown) => fail(`the drain failed: ${String(error)}`),
    );
  };
}

/** Whoever is asked first starts the drain: SIGTERM, or the end of the channel, which is the end of the supervisor. */
function obeySupervisor(drain: () => void): void {
  process.once("SIGTERM", () => {
    process.on("SIGTERM", () => {});
    drain();
  });
  const worker = cluster.worker!;
  worker.once("disconnect", () => {
    // Said so that cluster does not end this process at once.
    worker.exitedAfterDisconnect = true;
    process.emit("SIGTERM");
  });
}

function tell(message: HostMessage, then: () => void = () => {}): void {
  if (process.send === undefined || !process.connected) then();
  else process.send(message, undefined, {}, then);
}
