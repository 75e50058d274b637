/**
 * Commands from the call to the answer. They are sent in order, each under a number that only grows, a few at a time; what the
 * connection lost is sent again when the server says it never ran. Answered ones are kept a few seconds: a server that
 * forgot its last second gets them again.
 *
 * Bounds: LIMITS.outboxCommands and outboxCommandBytes, then OUTBOX_FULL; LIMITS.commandsInFlight on the wire.
 */
import {
  type CodeName,
  type CommandEnvelope,
  type CommandItem,
  type CommandPolicy,
  LIMITS,
  NetError,
  pack,
  unpack,
} from "@ninelives/shared-schema";
import type { ClientClock, ClientTimer } from "../clock.ts";
import { faultOf } from "../errors.ts";
import type { KeptCommand } from "../connection/seat-keeper.ts";
import { fromBase64, toBase64 } from "./base64.ts";

export interface CommandRules {
  readonly policy?: CommandPolicy;
  readonly ttlMs?: number;
}

interface Entry {
  readonly name: string;
  readonly rules: CommandRules;
  readonly payload: unknown;
  readonly bytes: Uint8Array;
  readonly timestamp: number;
  /** 0 until it is sent for the first time. */
  id: number;
  expiry: ClientTimer | undefined;
  expired: boolean;
  /** undefined for a command of the page before: nobody waits for it here. */
  readonly settle: { resolve(result: unknown): void; reject(error: NetError): void } | undefined;
}

export interface OutboxHooks {
  send(command: CommandItem): void;
  /** A command's number on the wire. */
  numberOf(name: string): number;
  /** Something was sent and not answered, or nothing is any more. */
  owed(isOwed: boolean): void;
  /** What has to outlive the page has changed. */
  changed(): void;
}

export class CommandOutbox {
  readonly #hooks: OutboxHooks;
  readonly #clock: ClientClock;
  readonly #version: number;
  #entries: Entry[] = [];
  #bytes = 0;
  #inFlight = 0;
  #nextId = 1;
  #isOpen = false;
  #hasEnded = false;
  /** Answered lately, oldest first. */
  #answered: { readonly item: CommandItem; readonly atMs: number }[] = [];
  #drained: (() => void)[] = [];

  constructor(hooks: OutboxHooks, clock: ClientClock, version: number) {
    this.#hooks = hooks;
    this.#clock = clock;
    this.#version = version;
  }

  /** What waits for an answer, oldest first. */
  get pending(): CommandEnvelope[] {
    return this.#entries.map(({ name, payload, id, timestamp }) => ({
      type: name,
      payload,
      id,
      timestamp,
      version: this.#version,
    }));
  }

  /** Commands that must not be lost with the page. */
  get kept(): KeptCommand[] {
    const kept = this.#entries.filter(({ id, rules }) => id > 0 && (rules.policy ?? "must") === "must");
    return kept.map(({ id, name, bytes }) => ({ id, name, payload: toBase64(bytes) }));
  }

  /** Commands of the page before, in order. */
  restore(kept: readonly KeptCommand[]): void {
    for (const { id, name, payload } of kept) {
      const bytes = fromBase64(payload);
      this.#add({ name, rules: {}, payload: unpack(bytes), bytes, id, settle: undefined });
      this.#inFlight++;
      this.#nextId = Math.max(this.#nextId, id + 1);
    }
  }

  /** Resolves with the result, or rejects with a NetError. */
  submit(name: string, payload: unknown, rules: CommandRules): Promise<unknown> {
    if (this.#hooks.numberOf(name) < 0) {
      return Promise.reject(new NetError("COMMAND_UNKNOWN", `command "${name}" is not of this room`));
    }
    if (this.#hasEnded || (rules.policy === "drop" && !this.#isOpen)) {
      return Promise.reject(new NetError("NOT_CONNECTED", `command "${name}" was not sent: the connection is down`));
    }
    const bytes = Uint8Array.from(pack(payload));
    if (rules.policy === "latest") this.#supersede(name);
    if (this.#entries.length >= LIMITS.outboxCommands || this.#bytes + bytes.length > LIMITS.outboxCommandBytes) {
      const details = { commands: this.#entries.length, bytes: this.#bytes };
      return Promise.reject(new NetError("OUTBOX_FULL", `command "${name}": too much waits to be answered`, details));
    }
    return new Promise((resolve, reject) => {
      const entry = this.#add({ name, rules, payload, bytes, id: 0, settle: { resolve, reject } });
      if (rules.ttlMs !== undefined) entry.expiry = this.#clock.after(rules.ttlMs, () => this.#expire(entry));
      this.#pump();
    });
  }

  /** The server is there and says how far it ran: what it has not run is sent again. */
  opened(commandId: number): void {
    this.#isOpen = true;
    this.#nextId = Math.max(this.#nextId, commandId + 1);
    for (const { item } of this.#answered) if (item.id > commandId) this.#hooks.send(item);
    for (const entry of this.#entries.filter(({ id }) => id > commandId)) {
      if (this.#hooks.numberOf(entry.name) < 0) this.#fail(entry, "COMMAND_UNKNOWN");
      else if (entry.expired) this.#fail(entry, "COMMAND_EXPIRED");
      else if (entry.rules.policy === "latest" && this.#hasNewer(entry)) this.#fail(entry, "COMMAND_SUPERSEDED");
      else this.#hooks.send(this.#item(entry));
    }
    this.#pump();
  }

  /** The connection is gone. */
  closed(): void {
    this.#isOpen = false;
    for (const entry of this.#entries.filter(({ rules }) => rules.policy === "drop")) {
      this.#fail(entry, entry.id === 0 ? "NOT_CONNECTED" : "COMMAND_UNANSWERED");
    }
    this.#hooks.owed(false);
  }

  /** An answer came. Answers come in order: one that was passed over is not kept by the server any more. */
  answered(id: number, isFault: boolean, body: Uint8Array): void {
    for (const entry of this.#entries.filter((other) => other.id > 0 && other.id < id))
      this.#fail(entry, "RESULT_GONE");
    const entry = this.#entries.find((other) => other.id === id);
    if (entry === undefined) return;
    this.#remove(entry);
    this.#keepForRedo(entry);
    if (isFault) entry.settle?.reject(faultOf(body));
    else entry.settle?.resolve(unpack(body));
    this.#pump();
    this.#hooks.changed();
  }

  /** No answer comes any more. */
  end(code: CodeName): void {
    this.#isOpen = false;
    this.#hasEnded = true;
    while (this.#entries.length > 0) this.#fail(this.#entries[0]!, code);
  }

  /** Resolves when everything is answered. */
  drained(): Promise<void> {
    if (this.#entries.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  #add(made: Pick<Entry, "name" | "rules" | "payload" | "bytes" | "id" | "settle">): Entry {
    const entry = { ...made, timestamp: this.#clock.now(), expiry: undefined, expired: false };
    this.#entries.push(entry);
    this.#bytes += entry.bytes.length;
    return entry;
  }

  #pump(): void {
    if (!this.#isOpen) return;
    let sent = false;
    for (const entry of this.#entries) {
      if (this.#inFlight >= LIMITS.commandsInFlight) break;
      if (entry.id > 0) continue;
      entry.id = this.#nextId++;
      this.#inFlight++;
      sent = true;
      this.#hooks.send(this.#item(entry));
    }
    if (sent) this.#hooks.changed();
    this.#hooks.owed(this.#inFlight > 0);
  }

  #item({ name, id, bytes }: Entry): CommandItem {
    return { index: this.#hooks.numberOf(name), id, payload: bytes };
  }

  #supersede(name: string): void {
    for (const entry of this.#entries.filter((other) => other.name === name && other.id === 0)) {
      this.#fail(entry, "COMMAND_SUPERSEDED");
    }
  }

  #hasNewer(entry: Entry): boolean {
    return this.#entries.slice(this.#entries.indexOf(entry) + 1).some(({ name }) => name === entry.name);
  }

  /** One that was sent may have run: only the server knows, and says it when the connection is back. */
  #expire(entry: Entry): void {
    entry.expired = true;
    if (entry.id === 0) this.#fail(entry, "COMMAND_EXPIRED");
  }

  #fail(entry: Entry, code: CodeName): void {
    this.#remove(entry);
    entry.settle?.reject(new NetError(code, `command "${entry.name}" (id ${entry.id}) ended with ${code}`));
  }

  #remove(entry: Entry): void {
    const place = this.#entries.indexOf(entry);
    if (place < 0) return;
    this.#entries.splice(place, 1);
    this.#bytes -= entry.bytes.length;
    if (entry.id > 0) this.#inFlight--;
    entry.expiry?.cancel();
    if (this.#entries.length > 0) return;
    for (const drained of this.#drained.splice(0)) drained();
  }

  #keepForRedo(entry: Entry): void {
    const nowMs = this.#clock.now();
    this.#answered.push({ item: this.#item(entry), atMs: nowMs });
    const fresh = this.#answered.findIndex(({ atMs }) => atMs > nowMs - LIMITS.redoMs);
    if (fresh > 0) this.#answered.splice(0, fresh);
  }
}
