/** A client's side of a room: typed state, inputs, commands and events, and the state of its connection. */
import type { InputHandle, Room as SdkRoom } from "@colyseus/sdk";
import {
  type CommandEnvelope,
  type CommandInput,
  type CommandName,
  type CommandResult,
  DELIVERY_CHANNEL,
  type EventName,
  type EventPayload,
  type InputFields,
  type InputOf,
  ItemKind,
  type RoomType,
  type StateOf,
  unpack,
} from "@ninelives/shared-schema";
import { inputHandle, type SessionRoom } from "./adapter.ts";
import type { Connection } from "./connection/connection.ts";
import type { KeptSeat } from "./connection/seat-keeper.ts";
import { NetStats } from "./net-stats.ts";
import { Session, type SessionServices } from "./session.ts";

/** Longest wait for answers before a goodbye, ms. */
const LAST_ANSWERS_MS = 2_000;

/** Events that were told and can not be replayed: the server keeps no more than so many for a client that is away. */
export interface Gap {
  /** Numbers of the first and the last that are missing. */
  readonly from: number;
  readonly to: number;
  readonly missed: number;
}

/** What the framework itself tells, beside the room type's events. */
export interface OwnEvents {
  gap: Gap;
  /** The server's state has another layout than before: `room.state` is a new object, of the new layout. */
  fresh: Record<never, never>;
}

type Listener = (payload: never) => void;

export class Room<T extends RoomType> {
  readonly type: T;
  /** What the connection costs and how well it does. */
  readonly net: NetStats;
  /** The stock SDK's room below: for its prediction tools, and for what this class does not wrap. */
  readonly sdk: SdkRoom<unknown, StateOf<T>>;
  readonly #session: Session;
  readonly #services: SessionServices;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #patchListeners = new Set<() => void>();
  #input: InputHandle<InputOf<T>> | undefined;

  /** Made by a {@link Client}; not for apps. */
  constructor(type: T, sdk: SessionRoom, address: string, services: SessionServices, kept: KeptSeat | undefined) {
    this.type = type;
    this.sdk = sdk as SdkRoom<unknown, StateOf<T>>;
    this.#services = services;
    this.#session = new Session(type, sdk, address, services, {
      stateArrived: () => {
        for (const listener of this.#patchListeners) listener();
      },
      told: (kind, body) => this.#told(kind, body),
      gap: (from, to) => this.#deliver("gap", { from, to, missed: to - from + 1 }),
      fresh: () => this.#deliver("fresh", {}),
      dropped: () => this.#input?.reset(),
    });
    if (kept !== undefined) this.#session.restore(kept);
    this.net = new NetStats(() => this.sdk.clock, this.#session.counts, services.clock);
    sdk.onMessage(DELIVERY_CHANNEL, (items: Uint8Array) => this.#session.take(items));
  }

  /** For the {@link Client} that made it. */
  get session(): Session {
    return this.#session;
  }

  get connection(): Connection {
    return this.#session.connection;
  }

  get roomId(): string {
    return this.sdk.roomId;
  }

  get sessionId(): string {
    return this.sdk.sessionId;
  }

  /** What the server has shown so far; the same object until the event `fresh` says otherwise. */
  get state(): StateOf<T> {
    return this.sdk.state;
  }

  /** The input of the coming tick: set its `data`, then `send()`. Throws for a type without input. */
  get input(): InputHandle<InputOf<T>> {
    if (this.type.input === undefined) throw new TypeError(`room type "${this.type.name}" takes no input`);
    return (this.#input ??= inputHandle<InputOf<T>>(this.sdk as SdkRoom));
  }

  /** Sets these fields of the input and sends it. Does nothing while the connection is down: inputs are never kept. */
  sendInput(fields: InputFields<T>): void {
    const { input } = this;
    Object.assign(input.data as object, fields);
    if (this.connection.state === "CONNECTED") input.send();
  }

  /**
   * Runs a command on the server, exactly once. While the connection is down it waits, as its policy says. Resolves with the
   * result once the log has it; rejects with a NetError: COMMAND_INVALID, COMMAND_REFUSED, COMMAND_FAILED, OUTBOX_FULL; by
   * policy COMMAND_EXPIRED, COMMAND_SUPERSEDED, NOT_CONNECTED; where nobody can know, COMMAND_UNANSWERED or RESULT_GONE.
   */
  command<K extends CommandName<T>>(name: K, payload: CommandInput<T, K>): Promise<CommandResult<T, K>> {
    const rules = this.type.commands[name] ?? {};
    return this.#session.outbox.submit(name, payload, rules) as Promise<CommandResult<T, K>>;
  }

  /** Commands that wait for their answer, oldest first. */
  get pending(): readonly CommandEnvelope[] {
    return this.#session.outbox.pending;
  }

  /** Calls back for every event of that name, each once and in order; returns how to stop that. */
  on<K extends EventName<T>>(name: K, listener: (payload: EventPayload<T, K>) => void): () => void;
  on<K extends keyof OwnEvents>(name: K, listener: (payload: OwnEvents[K]) => void): () => void;
  on(name: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Calls back after every change of the state that has arrived: a patch, or the whole state in place of one. */
  onPatch(listener: () => void): () => void {
    this.#patchListeners.add(listener);
    return () => this.#patchListeners.delete(listener);
  }

  /**
   * Leaves for good: the seat is given up. What was said is answered first, for up to 2 s; while the connection is down the
   * seat is given up in the background, and what waited ends with LEFT.
   */
  async leave(): Promise<void> {
    const { connection, outbox, lifeline } = this.#session;
    if (connection.state === "CONNECTED") {
      const late = new Promise<void>((resolve) => this.#services.clock.after(LAST_ANSWERS_MS, resolve));
      await Promise.race([outbox.drained(), late]);
    }
    if (connection.state === "DISCONNECTED") return;
    const left = new Promise<void>((resolve) => {
      connection.onChange(({ to }) => to === "DISCONNECTED" && resolve());
    });
    lifeline.leave();
    await left;
  }

  #told(kind: number, body: Uint8Array): void {
    if (kind !== ItemKind.EVENT) return;
    const name = this.#session.names.events[body[0]!];
    if (name !== undefined) this.#deliver(name, unpack(body.subarray(1)));
  }

  #deliver(name: string, payload: unknown): void {
    for (const listener of this.#listeners.get(name) ?? []) listener(payload as never);
  }
}
