/** Signals that ask a process to go, and how long it may take for it. */
import type { Clock } from "./tick/clock.ts";

/** Longest time a host takes to let its rooms and players go, ms. Then it ends as it is, with exit code 1. */
export const DRAIN_MS = 10_000;
/** One Ctrl-C reaches a process several times: from the terminal, from npm, from the process above. Within this it is one, ms. */
const ONE_WISH_MS = 500;

/** SIGINT or SIGTERM: `first` is called for the first one, `again` for each that is another wish. */
export function onStopSignals(clock: Clock, first: () => void, again: () => void): void {
  let firstMs: number | undefined;
  const onSignal = () => {
    if (firstMs === undefined) {
      firstMs = clock.now();
      first();
    } else if (clock.now() - firstMs >= ONE_WISH_MS) again();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
}

/** Says on stderr why this process ends, and ends it. */
export function fail(message: string): never {
  process.stderr.write(`ninelives: ${message}\n`);
  process.exit(1);
}
