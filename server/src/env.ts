/** What the command line and the environment say to a process, checked: a wrong value is CONFIG_INVALID with one sentence. */
import { parseArgs } from "node:util";
import { isAddress, LIMITS, NetError } from "@ninelives/shared-schema";
import { createLogger, type Logger } from "./inspect/logger.ts";
import { operatorToken } from "./inspect/operator.ts";
import { addressRange } from "./limits/settings.ts";

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

export interface Arguments {
  /** How many hosts a supervisor keeps running; undefined: this process is the host itself. */
  readonly processes: number | undefined;
  /** Path of the configuration. */
  readonly config: string;
}

/** Reads `[--processes N] [configuration file]`. */
export function readArguments(args: readonly string[]): Arguments {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { processes: { type: "string" } },
      allowPositionals: true,
    });
    const processes = values.processes === undefined ? undefined : processesFrom(values.processes);
    return { processes, config: positionals[0] ?? "arena.config.ts" };
  } catch (error) {
    if (error instanceof NetError) throw error;
    throw new NetError("CONFIG_INVALID", `[--processes N] [configuration file] expected: ${(error as Error).message}`);
  }
}

function processesFrom(text: string): number {
  const processes = Number(text);
  if (text.trim() !== "" && Number.isInteger(processes) && processes >= 1 && processes <= LIMITS.processesMax)
    return processes;
  throw new NetError(
    "CONFIG_INVALID",
    `--processes: a whole number from 1 to ${LIMITS.processesMax} expected, "${text}" got`,
  );
}

export function portFromEnv(text = "2567"): number {
  const port = Number(text);
  if (text.trim() !== "" && Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new NetError("CONFIG_INVALID", `PORT: a whole number from 0 to 65535 expected, "${text}" got`);
}

/** `isNameEnough`: the port does not count, and may be left out. */
export function addressFromEnv(name: string, text: string | undefined, isNameEnough = false): string | undefined {
  if (text === undefined || text === "") return undefined;
  const address = isNameEnough && !text.includes(":") ? `${text}:1` : text;
  if (isAddress(address)) return text;
  const expected = isNameEnough ? "a host name, or host:port," : "host:port";
  throw new NetError("CONFIG_INVALID", `${name}: ${expected} expected, without a scheme, "${text}" got`);
}

/** `TRUSTED_PROXIES`: addresses and ranges with commas between. Default: none. */
export function trustedProxiesFromEnv(env: NodeJS.ProcessEnv = process.env): string[] {
  const texts = (env.TRUSTED_PROXIES ?? "").split(",").map((text) => text.trim());
  return texts.filter(Boolean).map((text) => {
    if (addressRange.safeParse(text).success) return text;
    throw new NetError(
      "CONFIG_INVALID",
      `TRUSTED_PROXIES: addresses, or ranges like 10.0.0.0/8, with commas between expected, "${text}" got`,
    );
  });
}

/** undefined: it is not said. Throws CONFIG_INVALID. */
export function switchFromEnv(name: string, env: NodeJS.ProcessEnv): boolean | undefined {
  const text = env[name]?.trim() ?? "";
  if (text === "") return undefined;
  if (text === "true" || text === "false") return text === "true";
  throw new NetError("CONFIG_INVALID", `${name}: true or false expected, "${text}" got`);
}

/** `OPERATOR_TOKEN`. undefined: there is none. */
export function operatorTokenFromEnv(env: NodeJS.ProcessEnv): string | undefined {
  const token = env.OPERATOR_TOKEN?.trim() ?? "";
  return token === "" ? undefined : operatorToken("OPERATOR_TOKEN", token);
}

export function loggerFromEnv(env: NodeJS.ProcessEnv): Logger {
  return createLogger({
    level: levelFromEnv(env.LOG_LEVEL),
    pretty: !isProduction(env) && process.stdout.isTTY,
  });
}

export function isProduction(env: NodeJS.ProcessEnv): boolean {
  return env.NODE_ENV === "production";
}

function levelFromEnv(text = "info"): string {
  if (LOG_LEVELS.includes(text)) return text;
  throw new NetError("CONFIG_INVALID", `LOG_LEVEL: one of ${LOG_LEVELS.join(", ")} expected, "${text}" got`);
}
