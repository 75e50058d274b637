/** The process: reads the environment and arena.config.ts, starts the host, drains it on a signal. `npm start` ends up here. */
import { accessSync, constants, mkdirSync, readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type FieldIssue, NetError } from "@ninelives/shared-schema";
import type { Host } from "./config.ts";
import { startHost } from "./host.ts";
import { createLogger } from "./inspect/logger.ts";

const NODE_MAJOR = 24;
const DRAIN_MS = 10_000;
const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

await main();

async function main(): Promise<void> {
  const nodeMajor = Number(process.versions.node.split(".")[0]);
  if (nodeMajor < NODE_MAJOR)
    fail(`Node ${NODE_MAJOR} or later expected, ${process.versions.node} got: start through npm start`);
  const production = process.env.NODE_ENV === "production";
  try {
    const logger = createLogger({
      level: levelFromEnv(process.env.LOG_LEVEL),
      pretty: !production && process.stdout.isTTY,
    });
    const port = portFromEnv(process.env.PORT);
    const host = await loadConfig(resolve(process.argv[2] ?? "arena.config.ts"));
    if (host.store.kind === "file") makeWritable(host.store.dir);
    const { REDIS_URL: redisUrl, PUBLIC_ADDRESS: publicAddress } = process.env;
    const running = await startHost(host, { port, logger, production, redisUrl, publicAddress });
    logger.info(
      { port: running.port, processId: running.processId, pid: process.pid },
      `Ninelives is up: ${running.url}`,
    );
    drainOn(["SIGINT", "SIGTERM"], () => running.stop());
    process.on("uncaughtException", (error) =>
      logger.error({ err: error }, "an error nobody caught; the process goes on"),
    );
    process.on("unhandledRejection", (error) =>
      logger.error({ err: error }, "a rejection nobody caught; the process goes on"),
    );
  } catch (error) {
    fail(error instanceof NetError ? error.message : String((error as Error).stack ?? error));
  }
}

function portFromEnv(text = "2567"): number {
  const port = Number(text);
  if (text.trim() !== "" && Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new NetError("CONFIG_INVALID", `PORT: a whole number from 0 to 65535 expected, "${text}" got`);
}

function levelFromEnv(text = "info"): string {
  if (LOG_LEVELS.includes(text)) return text;
  throw new NetError("CONFIG_INVALID", `LOG_LEVEL: one of ${LOG_LEVELS.join(", ")} expected, "${text}" got`);
}

async function loadConfig(path: string): Promise<Host> {
  const file = relative(process.cwd(), path);
  try {
    const module = (await import(pathToFileURL(path).href)) as { default?: Host };
    if (!(module.default?.rooms instanceof Map)) {
      throw new NetError("CONFIG_INVALID", "default export: the result of defineHost() expected");
    }
    return module.default;
  } catch (error) {
    if (!(error instanceof NetError)) throw error;
    const issues = (error.details.issues as FieldIssue[] | undefined) ?? [{ field: "", message: error.message }];
    const lines = issues.map(
      ({ field, message }) => `${file}:${lineOf(path, field)}: ${field && `${field}: `}${message}`,
    );
    throw new NetError("CONFIG_INVALID", lines.join("\n"));
  }
}

/** The line on which a field's last key stands below its parents' keys; 1 when it is not written there. */
function lineOf(path: string, field: string): number {
  const lines = readFileSync(path, "utf8").split("\n");
  let at = 0;
  for (const key of field.split(/[.[\]]+/).filter(Boolean)) {
    const found = lines.findIndex((line, index) => index >= at && new RegExp(`\\b${key}\\b\\s*[:,(]`).test(line));
    if (found === -1) break;
    at = found;
  }
  return at + 1;
}

function makeWritable(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true });
    accessSync(dir, constants.W_OK);
  } catch (error) {
    throw new NetError(
      "CONFIG_INVALID",
      `NINELIVES_DIR: a writable folder expected at ${dir}: ${(error as Error).message}`,
    );
  }
}

/** The first signal drains, a second one ends at once; so does a drain that takes longer than DRAIN_MS. */
function drainOn(signals: readonly NodeJS.Signals[], drain: () => Promise<void>): void {
  let draining = false;
  const onSignal = () => {
    if (draining) process.exit(1);
    draining = true;
    setTimeout(
      () => fail(`the drain took longer than ${DRAIN_MS} ms; its matches' logs have no end`),
      DRAIN_MS,
    ).unref();
    drain().then(
      () => process.exit(0),
      (error: unknown) => fail(`the drain failed: ${String(error)}`),
    );
  };
  for (const signal of signals) process.on(signal, onSignal);
}

function fail(message: string): never {
  process.stderr.write(`ninelives: ${message}\n`);
  process.exit(1);
}
