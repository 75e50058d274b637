/** A client's side of a room: typed state, inputs, commands and events, and the state of its connection. */
import type { InputHandle, Room as SdkRoom } from "@colyseus/sdk";
import {
  type CodeName,
  codeName,
  type CommandInput,
  type CommandName,
  type CommandResult,
  type EventName,
  type EventPayload,
  type InputFields,
  type InputOf,
  NetError,
  type RoomType,
  type StateOf,
} from "@ninelives/shared-schema";
import { countFrames, type FrameCounts, inputHandle, leaveWhenBack, quietWindow } from "./adapter.ts";
import { Connection } from "./connection/connection.ts";
import { commandError } from "./errors.ts";
import { NetStats } from "./net-stats.ts";

/** Longest wait for a command's answer, ms. */
const COMMAND_TIMEOUT_MS = 10_000;

export interface RoomClock {
  /** Monotonic, ms. */
  now(): number;
}

export class Room<T extends RoomType> {
  readonly type: T;
  readonly connection = new Connection();
  /** What the connection costs and how well it does. */
  readonly net: NetStats;
  /** The stock SDK's room below: for its prediction tools, and for what this class does not wrap. */
  readonly sdk: SdkRoom<unknown, StateOf<T>>;
  readonly #listeners = new Map<string, Set<(payload: never) => void>>();
  readonly #frames: FrameCounts;
  readonly #patchListeners = new Set<() => void>();
  #input: InputHandle<InputOf<T>> | undefined;

  /** Made by a {@link Client}; not for apps. */
  constructor(type: T, sdk: SdkRoom<unknown, StateOf<T>>, clock: RoomClock, random: () => number) {
    this.type = type;
    this.sdk = sdk;
    quietWindow(sdk as SdkRoom, random);
    this.#frames = countFrames(sdk as SdkRoom, () => {
      for (const listener of this.#patchListeners) listener();
    });
    this.net = new NetStats(sdk.clock, this.#frames, clock);
    for (const name of Object.keys(type.events))
      sdk.onMessage(name as never, (payload: never) => this.#deliver(name, payload));
    this.#follow(clock);
  }

  get roomId(): string {
    return this.sdk.roomId;
  }

  get sessionId(): string {
    return this.sdk.sessionId;
  }

  /** What the server has shown so far; the same object for as long as the room is held. */
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
   * Runs a command on the server. Resolves with its result once the log has it; rejects with a NetError: COMMAND_INVALID,
   * COMMAND_REFUSED, COMMAND_FAILED, INBOX_FULL, NOT_CONNECTED, COMMAND_UNANSWERED.
   */
  async command<K extends CommandName<T>>(name: K, payload: CommandInput<T, K>): Promise<CommandResult<T, K>> {
    if (this.connection.state !== "CONNECTED") {
      throw new NetError("NOT_CONNECTED", `command "${name}" was not sent: the connection is ${this.connection.state}`);
    }
    try {
      return await this.sdk.request<unknown, CommandResult<T, K>>(name as never, payload, {
        timeout: COMMAND_TIMEOUT_MS,
      });
    } catch (error) {
      throw commandError(name, error);
    }
  }

  /** Calls back for every event of that name; returns how to stop that. */
  on<K extends EventName<T>>(name: K, listener: (payload: EventPayload<T, K>) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    listeners.add(listener as (payload: never) => void);
    return () => listeners.delete(listener as (payload: never) => void);
  }

  /** Calls back after every change of the state that has arrived: a patch, or the whole state in place of one. */
  onPatch(listener: () => void): () => void {
    this.#patchListeners.add(listener);
    return () => this.#patchListeners.delete(listener);
  }

  /** Leaves for good: the seat is given up. While the connection is down that is done in the background. */
  async leave(): Promise<void> {
    if (this.connection.state === "DISCONNECTED") return;
    if (this.connection.state === "RECONNECTING") {
      leaveWhenBack(this.sdk as SdkRoom);
      this.connection.setState({ name: "DISCONNECTED", reason: "CONSENTED" }, "CONSENTED");
      return;
    }
    const left = new Promise<void>((resolve) => {
      this.connection.onChange(({ to }) => to === "DISCONNECTED" && resolve());
    });
    void this.sdk.leave(true);
    await left;
  }

  #deliver(name: string, payload: never): void {
    for (const listener of this.#listeners.get(name) ?? []) listener(payload);
  }

  #follow(clock: RoomClock): void {
    const { connection, sdk } = this;
    connection.setState({ name: "CONNECTED", sinceMs: clock.now() }, "CONSENTED");
    let attempt = 0;
    sdk.onDrop((code) => {
      attempt++;
      connection.setState({ name: "RECONNECTING", sinceMs: clock.now(), attempt }, reasonOf(code));
    });
    sdk.onReconnect(() => {
      attempt = 0;
      connection.setState({ name: "CONNECTED", sinceMs: clock.now() }, "MAY_TRY_RECONNECT");
    });
    sdk.onLeave((code) => {
      const reason = reasonOf(code);
      connection.setState(
        { name: "DISCONNECTED", reason: typeof reason === "number" ? "UNREACHABLE" : reason },
        reason,
      );
    });
  }
}

function reasonOf(code: number): CodeName | number {
  return codeName(code) ?? code;
}
