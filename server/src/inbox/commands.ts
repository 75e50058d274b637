/**
 * A command's way from the wire to its handler: shape checked on arrival, run at the tick edge in order of arrival, answered
 * when the log has the tick that ran it.
 */
import type { Client } from "@colyseus/core";
import { fieldIssues, issueText, LIMITS, NetError, type RoomType } from "@ninelives/shared-schema";
import type { Outbox } from "../outbox/outbox.ts";
import type { Inbox } from "./inbox.ts";

/** As the caller gets it: plain data in place of an error object. */
export interface CommandFault {
  readonly name: string;
  readonly code: number;
  readonly message: string;
  readonly details: unknown;
}

export type CommandOutcome =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly fault: CommandFault };

export type Handler = (client: Client, payload: unknown) => unknown;

export interface CommandQueue {
  readonly type: RoomType;
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  /** Told of errors that are not a NetError: faults of the game's code. */
  readonly onFault: (error: unknown, name: string, client: Client) => void;
}

/** Resolves when the answer may be sent: after the commit, or at once for a command that never ran. */
export function submitCommand(
  queue: CommandQueue,
  name: string,
  handler: Handler,
  client: Client,
  payload: unknown,
): Promise<CommandOutcome> {
  const parsed = queue.type.commands[name]!.payload.safeParse(payload ?? {});
  if (!parsed.success) {
    const details = { issues: fieldIssues(parsed.error.issues) };
    return Promise.resolve(
      failed(new NetError("COMMAND_INVALID", `command "${name}": ${issueText(details.issues)}`, details)),
    );
  }
  return new Promise((answer) => {
    const run = () => {
      const outcome = attempt(queue, name, () => handler(client, parsed.data), client);
      queue.outbox.stage(() => answer(outcome));
    };
    try {
      queue.inbox.command(client.sessionId, run).catch((error: unknown) => answer(failed(error)));
    } catch (error) {
      answer(failed(error));
    }
  });
}

function attempt(queue: CommandQueue, name: string, run: () => unknown, client: Client): CommandOutcome {
  try {
    const result = run();
    if (result instanceof Promise) {
      result.catch((error: unknown) => queue.onFault(error, name, client));
      throw new TypeError(`command "${name}" has an async handler: it must do its work within the tick`);
    }
    const parsed = queue.type.commands[name]!.result.safeParse(result);
    if (parsed.success) return { ok: true, result: parsed.data };
    throw new TypeError(`command "${name}" returned a wrong result: ${issueText(fieldIssues(parsed.error.issues))}`);
  } catch (error) {
    if (!(error instanceof NetError)) queue.onFault(error, name, client);
    return failed(error);
  }
}

function failed(error: unknown): CommandOutcome {
  const known =
    error instanceof NetError ? error : new NetError("COMMAND_FAILED", "the command failed on the server", {}, error);
  const { name, code, message, details } = known;
  return { ok: false, fault: { name, code, message: message.slice(0, LIMITS.errorTextChars), details } };
}
