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
import { Again } from "./again.ts";
import { fromBase64, toBase64 } from "./base64.ts";
import { Redo } from "./redo.ts";

export interface CommandRules {
  readonly policy?: CommandPolicy;
  readonly ttlMs?: number;
  /** Its caller bounds it: it fits a full outbox. */
  readonly isUncapped?: boolean;
}

interface Entry {
  readonly name: string;
  readonly rules: CommandRules;
  readonly payload: unknown;
  readonly bytes: Uint8Array;
  /** The bytes as text, once they were needed. */
  text: string | undefined;
  readonly timestamp: number;
  /** Rises from entry to entry. */
  id: number;
  /** This page has sent it under its id. */
  isSent: boolean;
  expiry: ClientTimer | undefined;
  expired: boolean;
  /** undefined for a command of the page before: nobody waits for it here. */
  readonly settle: { resolve(result: unknown): void; reject(error: NetError): void } | undefined;
}

export interface OutboxHooks {
  /** `isAgain`: it was sent before. */
  send(command: CommandItem, isAgain: boolean): void;
  /** A command's number on the wire. */
  numberOf(name: string): number;
  /** The connection is there, also when the server has not said yet how far it ran. */
  isConnected(): boolean;
  /** Something was sent and not answered, or nothing is any more. */
  owed(isOwed: boolean): void;
  /** There is one more that has to outlive the page. */
  added(): void;
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
  readonly #redo: Redo<Entry>;
  readonly #again = new Again<Entry>();
  #drained: (() => void)[] = [];

  constructor(hooks: OutboxHooks, clock: ClientClock, version: number) {
    this.#hooks = hooks;
    this.#clock = clock;
    this.#version = version;
    this.#redo = new Redo(clock);
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

  /** Commands that must not be lost with the page. One with a time-to-live may: the page that comes after cannot know its end. */
  get kept(): KeptCommand[] {
    const isKept = ({ policy = "must", ttlMs }: CommandRules) => policy === "must" && ttlMs === undefined;
    return this.#entries
      .filter(({ rules }) => isKept(rules))
      .map((entry) => ({ id: entry.id, name: entry.name, payload: (entry.text ??= toBase64(entry.bytes)) }));
  }

  /** Commands of the page before, in order; they keep their numbers, because that page may have sent them. */
  restore(kept: readonly KeptCommand[]): void {
    for (const { id, name, payload } of kept) {
      const bytes = fromBase64(payload);
      this.#nextId = Math.max(this.#nextId, id);
      this.#add({ name, rules: {}, payload: unpack(bytes), bytes, settle: undefined });
    }
  }

  /** Resolves with the result, or rejects with a NetError. */
  submit(name: string, payload: unknown, rules: CommandRules): Promise<unknown> {
    if (this.#hooks.numberOf(name) < 0)
      return Promise.reject(new NetError("COMMAND_UNKNOWN", `command "${name}" is not of this room`));
    if (this.#hasEnded || (rules.policy === "drop" && !this.#hooks.isConnected()))
      return Promise.reject(new NetError("NOT_CONNECTED", `command "${name}" was not sent: the connection is down`));
    const bytes = Uint8Array.from(pack(payload));
    const older =
      rules.policy === "latest" ? this.#entries.filter((other) => other.name === name && !other.isSent) : [];
    const commands = this.#entries.length - older.length;
    const waitingBytes = this.#bytes - older.reduce((sum, other) => sum + other.bytes.length, 0);
    const isFull = commands >= LIMITS.outboxCommands || waitingBytes + bytes.length > LIMITS.outboxCommandBytes;
    if (isFull && rules.isUncapped !== true) {
      const details = { commands, bytes: waitingBytes };
      return Promise.reject(new NetError("OUTBOX_FULL", `command "${name}": too much waits to be answered`, details));
    }
    for (const entry of older) this.#fail(entry, "COMMAND_SUPERSEDED");
    return new Promise((resolve, reject) => {
      const entry = this.#add({ name, rules, payload, bytes, settle: { resolve, reject } });
      if (rules.ttlMs !== undefined) entry.expiry = this.#clock.after(rules.ttlMs, () => this.#expire(entry));
      this.#pump();
      this.#hooks.added();
    });
  }

  /** The server is there and says how far it ran: what it has not run is sent again. */
  opened(commandId: number): void {
    this.#isOpen = true;
    this.#nextId = Math.max(this.#nextId, commandId + 1);
    const again = this.#redo.after(commandId).filter(({ name }) => this.#hooks.numberOf(name) >= 0);
    this.#renumber(commandId);
    for (const entry of this.#entries.filter(({ id, isSent }) => isSent && id > commandId)) {
      if (this.#hooks.numberOf(entry.name) < 0) this.#fail(entry, "COMMAND_UNKNOWN");
      else if (entry.expired) this.#fail(entry, "COMMAND_EXPIRED");
      else if (entry.rules.policy === "latest" && this.#hasNewer(entry)) this.#fail(entry, "COMMAND_SUPERSEDED");
      else again.push(entry);
    }
    this.#again.begin(again);
    this.#pump();
  }

  /** The connection is gone. */
  closed(): void {
    this.#isOpen = false;
    for (const entry of this.#entries.filter(({ rules }) => rules.policy === "drop"))
      this.#fail(entry, entry.isSent ? "COMMAND_UNANSWERED" : "NOT_CONNECTED");
    this.#hooks.owed(false);
  }

  /** An answer came. Answers come in order: one that was passed over is not kept by the server any more. */
  answered(id: number, isFault: boolean, body: Uint8Array): void {
    for (const entry of this.#entries.filter((other) => other.isSent && other.id < id))
      this.#fail(entry, "RESULT_GONE");
    const entry = this.#entries.find((other) => other.isSent && other.id === id);
    if (entry !== undefined) {
      this.#remove(entry);
      this.#redo.keep(entry);
      if (isFault) entry.settle?.reject(faultOf(body));
      else entry.settle?.resolve(unpack(body));
    }
    this.#again.answered(id);
    this.#pump();
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

  #add(made: Pick<Entry, "name" | "rules" | "payload" | "bytes" | "settle">): Entry {
    const timing = { timestamp: this.#clock.now(), expiry: undefined, expired: false };
    const entry = { ...made, ...timing, id: this.#nextId++, isSent: false, text: undefined };
    this.#entries.push(entry);
    this.#bytes += entry.bytes.length;
    return entry;
  }

  #pump(): void {
    if (!this.#isOpen) return;
    this.#again.send((entry) => this.#hooks.send(this.#item(entry), true));
    for (const entry of this.#again.isEmpty ? this.#entries : []) {
      if (this.#inFlight + this.#again.underWay >= LIMITS.commandsInFlight) break;
      if (entry.isSent) continue;
      entry.isSent = true;
      this.#inFlight++;
      this.#hooks.send(this.#item(entry), false);
    }
    this.#hooks.owed(this.#inFlight > 0);
  }

  #item({ name, id, bytes }: Entry): CommandItem {
    return { index: this.#hooks.numberOf(name), id, payload: bytes };
  }

  #hasNewer(entry: Entry): boolean {
    return this.#entries.slice(this.#entries.indexOf(entry) + 1).some(({ name }) => name === entry.name);
  }

  /**
   * The server has run everything up to this. What the page before left and is among it has run; what was never sent gets a
   * higher number, because another page has used its own.
   */
  #renumber(commandId: number): void {
    const used = this.#entries.filter(({ id, isSent }) => !isSent && id <= commandId);
    for (const entry of used.filter(({ settle }) => settle === undefined)) this.#remove(entry);
    if (!used.some(({ settle }) => settle !== undefined)) return;
    for (const entry of this.#entries) if (!entry.isSent) entry.id = this.#nextId++;
  }

  /** One that was sent may have run: only the server knows, and says it when the connection is back. */
  #expire(entry: Entry): void {
    entry.expired = true;
    if (!entry.isSent) this.#fail(entry, "COMMAND_EXPIRED");
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
    if (entry.isSent) this.#inFlight--;
    entry.expiry?.cancel();
    if (this.#entries.length > 0) return;
    for (const drained of this.#drained.splice(0)) drained();
  }
}
