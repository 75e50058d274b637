/** Log lines: JSON in production and in pipes, readable in a terminal; room and session ids are fields, tokens never appear. */
import { format } from "node:util";
import { type DestinationStream, type Logger, pino } from "pino";
import pretty from "pino-pretty";

export type { Logger };

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
          return { ...rest, message: redactText(message), stack: redactText(stack) };
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

/** Colyseus logs as `console` does; its lines become ours. */
export function consoleLike(logger: Logger) {
  const line =
    (level: "debug" | "error" | "info" | "trace" | "warn") =>
    (...args: unknown[]) =>
      logger[level](format(...args));
  return { debug: line("debug"), error: line("error"), info: line("info"), trace: line("trace"), warn: line("warn") };
}
