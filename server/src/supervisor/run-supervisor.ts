/** The supervisor as a process: settings in, signals handled, exit code out. */
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { isatty } from "node:tty";
import { NetError } from "@ninelives/shared-schema";
import { loggerFromEnv, portFromEnv } from "../env.ts";
import { DRAIN_MS, fail, onStopSignals } from "../signals.ts";
import { systemClock } from "../system-clock.ts";
import { hostStarter } from "./host-child.ts";
import { Supervisor } from "./supervisor.ts";

/** What a host gets beyond its own drain to end, ms. */
const MARGIN_MS = 2_000;

/** `exec`: the program, started with the same arguments for each host. */
export async function runSupervisor(exec: string, processes: number, config: string): Promise<void> {
  const logger = loggerFromEnv(process.env);
  const port = portFromEnv(process.env.PORT) || (await freePort());
  if (processes > 1 && (process.env.REDIS_URL ?? "") === "") {
    throw new NetError(
      "CONFIG_INVALID",
      `--processes ${processes} needs REDIS_URL: a Redis in which the processes share their rooms, like redis://localhost:6379`,
    );
  }
  const fork = hostStarter({
    exec,
    args: ["--processes", String(processes), config],
    env: { PORT: String(port) },
  });
  const supervisor = new Supervisor({ processes, fork, clock: systemClock, logger, goneMs: DRAIN_MS + MARGIN_MS });
  const stop = () => void supervisor.stop().then((clean) => process.exit(clean ? 0 : 1));
  onStopSignals(systemClock, stop, () => {
    supervisor.kill();
    process.exit(1);
  });
  let isUp = false;
  const hadTerminal = isatty(0);
  process.on("SIGHUP", () => {
    // A terminal that was closed says it with the same signal, and it is no terminal any more.
    if (hadTerminal && !isatty(0)) process.emit("SIGTERM");
    else if (isUp) void supervisor.roll();
  });
  try {
    await supervisor.start();
  } catch (error) {
    supervisor.kill();
    fail((error as Error).message);
  }
  if (!supervisor.isStopping) {
    isUp = true;
    logger.info({ port, processes, pid: process.pid }, `Ninelives is up: http://localhost:${port}`);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
