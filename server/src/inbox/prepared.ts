/** Commands that need something from outside of the room (a database, a payment) before they can be applied. */
import type { Client } from "@colyseus/core";
import type { CommandEnvelope } from "@ninelives/shared-schema";

export interface Prepared<Payload, Result> {
  prepare(client: Client, payload: Payload, command: CommandEnvelope): Promise<unknown>;
  /** Not called `apply`: every function has one, and a handler may be a function. */
  run(client: Client, payload: Payload, prepared: unknown, command: CommandEnvelope): Result;
}

/**
 * A handler in two parts. `prepare` may wait for anything and must not touch the room; it can run more than once for one
 * command (after a crash), so pass the session and `command.id` on as an idempotency key. `apply` runs at a tick edge, exactly
 * once, with what `prepare` resolved to. Later commands of the same session wait for it. A rejection ends the command as a
 * throw does.
 */
export function prepared<Payload, Result, Data>(
  prepare: (client: Client, payload: Payload, command: CommandEnvelope) => Promise<Data>,
  apply: (client: Client, payload: Payload, prepared: Data, command: CommandEnvelope) => Result,
): Prepared<Payload, Result> {
  return { prepare, run: apply as Prepared<Payload, Result>["run"] };
}
