/**
 * A command's way from the wire to its handler: shape checked on arrival, run at the tick edge in the order of its session,
 * exactly once. Its result is kept in the session's mailbox, and leaves when the log has the tick that ran it.
 *
 * One that comes more often than its type allows is answered TOO_FAST in its turn. A prepared command does its waiting first, outside of the tick; what its session sends after it waits for it.
 */
import type { Client } from "@colyseus/core";
import {
  type CommandEnvelope,
  type CommandItem,
  type CommandSpec,
  fieldIssues,
  issueText,
  LIMITS,
  type Mailbox,
  NetError,
  pack,
  type Result,
  unpack,
} from "@ninelives/shared-schema";
import type { Delivery } from "../outbox/delivery.ts";
import { faultBody } from "../outbox/link.ts";
import type { Outbox } from "../outbox/outbox.ts";
import { CommandRates } from "./command-rates.ts";
import { messagePackFault } from "../socket/guard/message-pack.ts";
import type { Inbox } from "./inbox.ts";
import type { Prepared } from "./prepared.ts";

export type CommandOutcome =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly fault: NetError };

export type Handler = (client: Client, payload: unknown, command: CommandEnvelope) => unknown;

export interface BoundCommand {
  readonly spec: CommandSpec;
  readonly handler: Handler | Prepared<unknown, unknown>;
}

export interface CommandsOptions {
  /** Place: a command's number on the wire. */
  readonly names: readonly string[];
  readonly bound: ReadonlyMap<string, BoundCommand>;
  readonly typeVersion: number;
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly delivery: Delivery;
  /** The newest connection of a session; undefined when it has left. */
  readonly client: (sessionId: string) => Client | undefined;
  /** The room's clock, ms. */
  readonly elapsedMs: () => number;
  /** Told of errors that are not a NetError: faults of the game's code. */
  readonly onFault: (error: unknown, name: string) => void;
  /** Told of every command that did not give a result. */
  readonly onRefused: (fault: NetError) => void;
}

export class Commands {
  readonly #options: CommandsOptions;
  /** The last command of a session that is being prepared. */
  readonly #preparing = new Map<string, Promise<unknown>>();
  /** How many commands of a session are prepared, or wait for one that is. */
  readonly #waiting = new Map<string, number>();
  readonly #rates: CommandRates;

  constructor(options: CommandsOptions) {
    this.#options = options;
    this.#rates = new CommandRates((sessionId) => options.client(sessionId) !== undefined);
  }

  /**
   * One of our client's. Throws a RangeError for what our client never sends, and INBOX_FULL for one that has to come again:
   * commands of the page before may wait still.
   */
  arrived(sessionId: string, mailbox: Mailbox, { index, id, payload }: CommandItem): void {
    const { inbox, delivery, names } = this.#options;
    if (this.#isFullFor(sessionId)) throw inboxFull();
    const sent = decoded(payload);
    const name = names[index] ?? `number ${index}`;
    delivery.accepted(mailbox, id);
    const answer = (run: () => CommandOutcome) => {
      if (delivery.mailbox(sessionId) !== mailbox) return;
      if (id <= mailbox.commandId) {
        delivery.repeat(mailbox, id);
        return;
      }
      delivery.answer(mailbox, this.#result(name, id, run()));
    };
    if (id <= mailbox.commandId) inbox.command(sessionId, () => delivery.repeat(mailbox, id));
    else this.#submit(sessionId, name, id, sent, answer);
  }

  /** A stock client's, which has no id: run at most once. Resolves when the answer may be sent. */
  requested(sessionId: string, name: string, payload: unknown): Promise<CommandOutcome> {
    const { outbox } = this.#options;
    if (this.#isFullFor(sessionId)) {
      return Promise.resolve({ ok: false, fault: inboxFull() });
    }
    return new Promise((resolve) => {
      this.#submit(sessionId, name, 0, payload ?? {}, (run) => {
        const outcome = this.#packable(name, run());
        outbox.stage(() => resolve(outcome));
      });
    });
  }

  #isFullFor(sessionId: string): boolean {
    return this.#options.inbox.isFullFor(sessionId, this.#waiting.get(sessionId));
  }

  /** `answer` is called at the tick edge and runs the handler, or does not. */
  #submit(
    sessionId: string,
    name: string,
    id: number,
    sent: unknown,
    answer: (run: () => CommandOutcome) => void,
  ): void {
    const { bound, inbox, client, elapsedMs, typeVersion } = this.#options;
    const command = bound.get(name);
    const checked = command === undefined ? unknownCommand(name) : this.#checked(sessionId, name, command.spec, sent);
    const envelope = { type: name, payload: checked, id, timestamp: elapsedMs(), version: typeVersion };
    const run = (act: (from: Client) => unknown) => () => {
      const from = client(sessionId);
      if (checked instanceof NetError) return this.#failed(name, checked);
      if (from === undefined) return this.#failed(name, new NetError("LEFT", `command "${name}": its player has left`));
      return this.#attempt(name, command!.spec, () => act(from));
    };
    const enqueue = (act: (from: Client) => unknown) => inbox.command(sessionId, () => answer(run(act)));
    const handler = command?.handler;
    if (handler === undefined || typeof handler === "function") {
      const before = this.#preparing.get(sessionId);
      const act = (from: Client) => handler?.(from, checked, envelope);
      if (before === undefined) enqueue(act);
      else this.#follow(sessionId, before, () => enqueue(act));
      return;
    }
    const before = this.#preparing.get(sessionId) ?? Promise.resolve();
    const from = client(sessionId);
    const preparing = before.then(async () => {
      if (checked instanceof NetError || from === undefined) return () => undefined;
      try {
        const data = await handler.prepare(from, checked, envelope);
        return (by: Client) => handler.run(by, checked, data, envelope);
      } catch (error) {
        return () => {
          throw error;
        };
      }
    });
    this.#follow(sessionId, preparing, async () => enqueue(await preparing));
  }

  /** Calls `then` after `before`; what comes from the session meanwhile waits for it. */
  #follow(sessionId: string, before: Promise<unknown>, then: () => void | Promise<void>): void {
    this.#waiting.set(sessionId, (this.#waiting.get(sessionId) ?? 0) + 1);
    const done = before.then(async () => {
      await then();
      const left = this.#waiting.get(sessionId)! - 1;
      if (left > 0) this.#waiting.set(sessionId, left);
      else this.#waiting.delete(sessionId);
    });
    this.#preparing.set(sessionId, done);
    void done.then(() => {
      if (this.#preparing.get(sessionId) === done) this.#preparing.delete(sessionId);
    });
  }

  /** The payload as its handler gets it, or why there is none. A refused command is answered in its turn, as any other is. */
  #checked(sessionId: string, name: string, spec: CommandSpec, sent: unknown): unknown {
    const { rate } = spec;
    const waitMs = rate === undefined ? 0 : this.#rates.take(sessionId, name, rate, this.#options.elapsedMs());
    return waitMs === 0 ? parsed(name, spec, sent) : tooFast(name, waitMs);
  }

  #attempt(name: string, spec: CommandSpec, run: () => unknown): CommandOutcome {
    try {
      const result = run();
      if (result instanceof Promise) {
        result.catch((error: unknown) => this.#options.onFault(error, name));
        throw new TypeError(`command "${name}" has an async handler: use prepared() for what it waits for`);
      }
      const answer = spec.result.safeParse(result);
      if (answer.success) return { ok: true, result: answer.data };
      throw new TypeError(`command "${name}" returned a wrong result: ${issueText(fieldIssues(answer.error.issues))}`);
    } catch (error) {
      return this.#failed(name, error);
    }
  }

  /** A result that MessagePack cannot carry is a fault of the handler, found after it ran. */
  #result(name: string, id: number, outcome: CommandOutcome): Result {
    if (!outcome.ok) return { id, isFault: true, body: faultBody(outcome.fault) };
    try {
      return { id, isFault: false, body: pack(outcome.result) };
    } catch (error) {
      return this.#result(name, id, this.#failed(name, error));
    }
  }

  /** As {@link #result}: Colyseus packs it for a stock client where nobody would catch that it cannot be. */
  #packable(name: string, outcome: CommandOutcome): CommandOutcome {
    if (!outcome.ok) return outcome;
    try {
      pack(outcome.result);
      return outcome;
    } catch (error) {
      return this.#failed(name, error);
    }
  }

  #failed(name: string, error: unknown): CommandOutcome {
    if (!(error instanceof NetError)) this.#options.onFault(error, name);
    const known =
      error instanceof NetError ? error : new NetError("COMMAND_FAILED", "the command failed on the server", {}, error);
    this.#options.onRefused(known);
    return { ok: false, fault: new NetError(known.name, known.message.slice(0, LIMITS.errorTextChars), known.details) };
  }
}

function inboxFull(): NetError {
  const details = { limit: LIMITS.inboxItemsPerSession };
  return new NetError("INBOX_FULL", "too many commands of this session wait for the next tick", details);
}

function tooFast(name: string, retryAfterMs: number): NetError {
  return new NetError("TOO_FAST", `command "${name}" comes more often than its type allows`, { retryAfterMs });
}

/** Looked at first, as what Colyseus decodes is: see socket/guard/message-pack.ts. */
function decoded(payload: Uint8Array): unknown {
  const fault = messagePackFault(payload);
  if (fault !== undefined) throw new RangeError(fault);
  try {
    return unpack(payload);
  } catch {
    throw new RangeError("a command's payload in MessagePack expected");
  }
}

function unknownCommand(name: string): NetError {
  return new NetError("COMMAND_UNKNOWN", `command "${name}" is not of this room`);
}

function parsed(name: string, spec: CommandSpec, sent: unknown): unknown {
  const payload = spec.payload.safeParse(sent);
  if (payload.success) return payload.data;
  const issues = fieldIssues(payload.error.issues);
  return new NetError("COMMAND_INVALID", `command "${name}": ${issueText(issues)}`, { issues });
}
