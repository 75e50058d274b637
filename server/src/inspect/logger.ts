/** Log lines: JSON in production and in pipes, readable in a terminal; room and session ids are fields, tokens never appear. */
import { format } from "node:util";
import { type DestinationStream, type Logger, pino } from "pino";
import pretty from "pino-pretty";
import type { LineLimit } from "./line-limit.ts";

export type { Logger };

/** Lines of Colyseus that begin alike for so long are of one kind. */
const KIND_CHARS = 24;

const SECRET = ["reconnectionToken", "token", "authorization", "_authToken", "password", "secret"];
const REDACT = SECRET.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);
/** A token in a sentence or an address: `reconnectionToken=abc`. */
const SECRET_IN_TEXT = new RegExp(`((?:${SECRET.join("|")})["']?\\s*[=:]\\s*["']?)[^\\s"'&,}]+`, "gi");

export interface LoggerOptions {
  readonly level: string;
  /** Readable lines with colours instead of JSON. */
  readonly pretty: boolean;
  /** Default: standard output. */
  readonly destination?: DestinationStream;
}

export function createLogger({ level, pretty: readable, destination }: LoggerOptions): Logger {
  const stream =
    destination ??
    (readable ? pretty({ ignore: "pid,hostname", translateTime: "SYS:HH:MM:ss.l" }) : pino.destination(1));
  const redactText = (text: string) => text.replace(SECRET_IN_TEXT, "$1[redacted]");
  return pino(
    {
      level,
      redact: { paths: REDACT, censor: "[redacted]" },
      serializers: {
        err(error: Error) {
          const { message, stack, ...rest } = pino.stdSerializers.err(error);
          return { ...rest, message: redactText(String(message)), stack: redactText(String(stack)) };
        },
      },
      hooks: {
        logMethod(args, method) {
          const last = args.length - 1;
          if (typeof args[last] === "string") args[last] = redactText(args[last]);
          method.apply(this, args);
        },
      },
    },
    stream,
  );
}

/**
 * Colyseus logs as `console` does; its lines become ours. Of errors and warnings that begin alike `limit` lets one through at a time: it
 * writes a stack for each message of a client that a room does not understand.
 */
export function consoleLike(logger: Logger, limit?: LineLimit) {
  const line =
    (level: "debug" | "info" | "trace") =>
    (...args: unknown[]) =>
      logger[level](format(...args));
  const limited =
    (level: "error" | "warn") =>
    (...args: unknown[]) => {
      const text = format(...args);
      const swallowed = limit === undefined ? 0 : limit.next(text.slice(0, KIND_CHARS));
      if (swallowed !== undefined) logger[level](swallowed === 0 ? {} : { swallowed }, text);
    };
  return {
    debug: line("debug"),
    error: limited("error"),
    info: line("info"),
    trace: line("trace"),
    warn: limited("warn"),
  };
}
