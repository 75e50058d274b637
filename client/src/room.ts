/** A client's side of a room: typed state, inputs, commands and events, and the state of its connection. */
import type { InputHandle, Room as SdkRoom } from "@colyseus/sdk";
import {
  type CheckedPattern,
  type CheckedTopic,
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
  type TopicInput,
  type TopicPayload,
  unpack,
} from "@ninelives/shared-schema";
import { inputHandle, type SessionRoom } from "./adapter.ts";
import type { Connection } from "./connection/connection.ts";
import type { Place } from "./connection/seat.ts";
import type { KeptSeat } from "./connection/seat-keeper.ts";
import { Listeners } from "./listeners.ts";
import { NetStats } from "./net-stats.ts";
import type { SessionServices } from "./services.ts";
import { Session } from "./session.ts";
import type { TopicGap, TopicMeta } from "./topics/reader.ts";
import { type Subscription, Topics } from "./topics/topics.ts";
import type { TopicMembers } from "./topics/watch.ts";

/** Longest wait for answers before a goodbye, ms. */
const LAST_ANSWERS_MS = 2_000;

/** Events that were told and can not be replayed: the server keeps no more than so many for a client that is away. */
export interface Gap {
  /** Numbers of the first and the last that are missing, among all events this session was told. */
  readonly from: number;
  readonly to: number;
  readonly missed: number;
}

export interface SubscribeOptions {
  /** Messages of each topic that were said before, at most. Range [0, 500]. Default 0. */
  readonly history?: number;
  /** Told of messages the server did not keep long enough for this client. */
  readonly onGap?: (gap: TopicGap) => void;
}

/** What the framework itself tells, beside the room type's events. */
export interface OwnEvents {
  gap: Gap;
  /** The server's state has another layout than before: `room.state` is a new object, of the new layout. */
  fresh: Record<never, never>;
}

export class Room<T extends RoomType> {
  readonly type: T;
  /** What the connection costs and how well it does. */
  readonly net: NetStats;
  /** The stock SDK's room below: for its prediction tools, and for what this class does not wrap. */
  readonly sdk: SdkRoom<unknown, StateOf<T>>;
  readonly #session: Session;
  readonly #topics: Topics;
  readonly #services: SessionServices;
  readonly #listeners = new Map<string, Listeners<never>>();
  readonly #patchListeners = new Listeners<void>();
  #input: InputHandle<InputOf<T>> | undefined;

  /** Made by a {@link Client}; not for apps. */
  constructor(type: T, sdk: SessionRoom, place: Place, services: SessionServices, kept: KeptSeat | undefined) {
    this.type = type;
    this.sdk = sdk as SdkRoom<unknown, StateOf<T>>;
    this.#services = services;
    this.#session = new Session(type, sdk, place, services, {
      stateArrived: () => this.#patchListeners.tell(),
      told: (kind, seq, body) => {
        if (kind === ItemKind.EVENT) this.#event(body);
        else this.#topics.told(seq, body);
      },
      gap: (from, to) => {
        if (to >= from) this.#deliver("gap", { from, to, missed: to - from + 1 });
        this.#topics.missed();
      },
      fresh: () => this.#deliver("fresh", {}),
      dropped: () => this.#input?.reset(),
    });
    this.#topics = new Topics(type, this.#session.outbox);
    if (kept !== undefined) {
      this.#session.restore(kept);
      this.#topics.forgetOld();
    }
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

  /** Which owner the room has: a number that rises whenever another process has taken the room over. */
  get epoch(): number {
    return this.#session.epoch;
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
  on(name: string, listener: (payload: never) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Listeners();
    this.#listeners.set(name, listeners);
    return listeners.add(listener);
  }

  /**
   * Calls back for every message of every topic the pattern fits: `*` is one level, `#` at the end one or more. Each once and
   * in the order of its topic, over any number of drops. Resolves when the server has answered; rejects with a NetError:
   * TOPIC_UNKNOWN, TOPIC_REFUSED, TOPIC_AWAY, or one of {@link command}.
   */
  subscribe<Pattern extends string>(
    pattern: CheckedPattern<T, Pattern>,
    listener: (payload: TopicPayload<T, Pattern>, meta: TopicMeta) => void,
    { history = 0, onGap = () => {} }: SubscribeOptions = {},
  ): Promise<Subscription> {
    return this.#topics.read(pattern, { history, message: listener as (payload: unknown) => void, gap: onGap });
  }

  /** Says something in a topic, exactly once, as a command does. Resolves with its number there. Rejects as a subscription does. */
  async publish<Topic extends string>(
    topic: CheckedTopic<T, Topic>,
    payload: TopicInput<T, Topic>,
  ): Promise<{ readonly offset: number }> {
    const { offset } = await this.#topics.publish(topic, payload);
    return { offset };
  }

  /** Calls back with everybody who is subscribed to this topic by its name, now and whenever that changes. Rejects as a subscription does. */
  watchTopic<Topic extends string>(
    topic: CheckedTopic<T, Topic>,
    listener: (members: TopicMembers) => void,
  ): Promise<Subscription> {
    return this.#topics.watch(topic, listener);
  }

  /** Calls back after every change of the state that has arrived: a patch, or the whole state in place of one. */
  onPatch(listener: () => void): () => void {
    return this.#patchListeners.add(listener);
  }

  /**
   * Leaves for good: the seat is given up. What was said is answered first, for up to 2 s; while the connection is down the
   * seat is given up in the background, and what waited ends with LEFT.
   */
  async leave(): Promise<void> {
    const { connection, outbox, lifeline } = this.#session;
    if (connection.state === "CONNECTED") {
      await new Promise<void>((resolve) => {
        const late = this.#services.clock.after(LAST_ANSWERS_MS, resolve);
        void outbox.drained().then(() => {
          late.cancel();
          resolve();
        });
      });
    }
    if (connection.state === "DISCONNECTED") return;
    const left = new Promise<void>((resolve) => {
      connection.onChange(({ to }) => to === "DISCONNECTED" && resolve());
    });
    lifeline.leave();
    await left;
  }

  #event(body: Uint8Array): void {
    const name = this.#session.names.events[body[0]!];
    if (name !== undefined) this.#deliver(name, unpack(body.subarray(1)));
  }

  #deliver(name: string, payload: unknown): void {
    this.#listeners.get(name)?.tell(payload as never);
  }
}
