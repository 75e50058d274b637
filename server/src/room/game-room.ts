/**
 * GameRoom: a Colyseus room with more to call. Colyseus's hooks keep their names and their meaning; `onTick` and `commands`
 * are new. Everything that changes the room (hooks, commands, timers, onTick) runs at tick edges, one after the other.
 *
 * A game extends it and is registered in arena.config.ts; the host fills in what stands below before `onCreate`.
 */
import { type Client, type DefineInputOptions, type InputAPI, Room } from "@colyseus/core";
import type {
  CheckedTopic,
  CommandEnvelope,
  CommandName,
  CommandPayload,
  CommandResult,
  EventInput,
  EventName,
  InputOf,
  JoinOptions,
  MemoryOf,
  Random,
  RoomType,
  StateOf,
  TimerInput,
  TimerName,
  TimerPayload,
  TopicInput,
  TopicName,
  TuningOf,
} from "@ninelives/shared-schema";
import { NetError } from "@ninelives/shared-schema";
import type { StateView } from "@colyseus/schema";
import type { Prepared } from "../inbox/prepared.ts";
import type { TopicAccess } from "../topics/audience.ts";
import type { MatchFacts } from "./match-seats.ts";
import type { Pause } from "./past.ts";

export interface Step {
  /** Number of this step, from 1. */
  readonly tick: number;
  /** Length of a step, seconds: always 1 / tickHz. */
  readonly dt: number;
  /** The room's clock at the end of this step, ms since the room began. */
  readonly elapsedMs: number;
}

/**
 * One function per command of the room type. It runs at a tick edge, exactly once, must not be async, and returns the result.
 * Check before you change anything: a throw is told to the caller alone, and takes nothing back. What has to wait for the
 * world outside is made with {@link prepared}.
 */
export type CommandHandlers<T extends RoomType> = {
  readonly [K in CommandName<T>]:
    | ((
        client: Client,
        payload: CommandPayload<T, K>,
        command: CommandEnvelope<K, CommandPayload<T, K>>,
      ) => CommandResult<T, K>)
    | Prepared<CommandPayload<T, K>, CommandResult<T, K>>;
};

/** One function per timer of the room type, called at a tick edge, before `onTick`. */
export type TimerHandlers<T extends RoomType> = {
  readonly [K in TimerName<T>]: (payload: TimerPayload<T, K>) => void;
};

/** Who an event is for: everyone in the room (the default), one session, or those the filter lets through. */
export type Recipients = Pick<Client, "sessionId"> | ((client: Client) => boolean);

/** What a queue goes by to find a player's match. */
export interface Prowess {
  readonly skill: number;
  /** Way to each region that can be reached, ms. */
  readonly latencies: Readonly<Record<string, number>>;
}

/** What the host puts under a room. Not for games. */
export interface GameRoomHost {
  readonly tick: number;
  readonly memory: { readonly game: object };
  readonly random: Random;
  readonly match: MatchFacts | undefined;
  readonly interest: number;
  teamOf(sessionId: string): number | undefined;
  emit(name: string, payload: unknown, to: Recipients | undefined): void;
  publish(topic: string, payload: unknown): void;
  after(ticks: number, name: string, payload: unknown): number;
  cancel(timer: number): boolean;
}

const hosts = new WeakMap<object, { host: GameRoomHost; tuning: unknown }>();

/** Puts a host under a room; called once, before any hook. */
export function attachHost(room: object, host: GameRoomHost, tuning: unknown): void {
  hosts.set(room, { host, tuning });
}

export abstract class GameRoom<T extends RoomType> extends Room<{ state: StateOf<T>; input: InputOf<T> }> {
  /**
   * What the type's queue goes by for a player who waits. `said`: by the player; `auth`: what `onAuth` gave. A throw refuses the player.
   * Default: what was said.
   */
  static prowessOf(said: Prowess, _auth: unknown): Prowess | Promise<Prowess> {
    return said;
  }

  /** The room type's commands. A handler that throws answers COMMAND_FAILED to its caller alone; see {@link refuse}. */
  abstract readonly commands: CommandHandlers<T>;

  /** The room type's timers, see {@link after}. Needed when the type has any. */
  readonly timers?: TimerHandlers<T>;

  /** Limits for the fields of inputs, and what an absent input means. Default: no limits, an absent input is skipped. */
  readonly inputOptions?: Pick<DefineInputOptions<InputOf<T>>, "sanitize" | "idle">;

  /** Seconds a dropped player keeps the seat; 0: none. Default: `seatHoldSeconds` of the host. */
  readonly seatHoldSeconds?: number;

  /** Inputs by session: `for (const input of this.inputs.get(sessionId))`. Set by the host when the type has an input. */
  declare inputs: InputAPI<InputOf<T>>;

  /** Called once per step, after joins, leaves and commands of that step. */
  onTick?(step: Step): void;

  /**
   * May this player read, or write to, this topic? Asked at a subscription, and for every message again. Must not be async
   * and must not change the room. Default: nobody may.
   */
  authorizeTopic?(client: Client, topic: TopicName<T>, access: TopicAccess): boolean;

  /**
   * What of the `.view()` fields this player sees. Called after `onJoin`, after every return, and after a restore, when the views of
   * the owner before are gone. Default: `client.view` stays as the game set it, and is lost with the process.
   */
  viewFor?(client: Client): StateView | undefined;

  /**
   * The match goes on in this process after another one died or let go of it. State, memory, tick, clock, random, seats and
   * timers are as they were; fields of this class are new, and `onCreate` is not called. A throw sets the room aside.
   */
  onRestore?(pause: Pause): void;

  override onCreate?(options: JoinOptions<T>): void | Promise<unknown>;

  override onJoin?(client: Client, options: JoinOptions<T>, auth?: unknown): void | Promise<unknown>;

  /** Steps run so far. */
  get tick(): number {
    return hostOf(this).host.tick;
  }

  /** The type's memory tree: in the log, never on the wire. */
  get memory(): MemoryOf<T> {
    return hostOf(this).host.memory.game as MemoryOf<T>;
  }

  /** Chance whose state is in memory: after a restore it goes on where it was. */
  get random(): Random {
    return hostOf(this).host.random;
  }

  /** The match as the type's queue began it; undefined for a room that no queue made. */
  get match(): MatchFacts | undefined {
    return hostOf(this).host.match;
  }

  /**
   * How far players are to see, as a share of what the game shows them otherwise: 1, and 0.75 or 0.5 while the host has too much to do. A
   * game that shows players what is around them (`client.view`) multiplies its radius by it at every step; others need not ask.
   */
  get interest(): number {
    return hostOf(this).host.interest;
  }

  /** The team a player was put into by the queue, from 0, also in `onJoin`; undefined: no queue sent this player. */
  teamOf({ sessionId }: Pick<Client, "sessionId">): number | undefined {
    return hostOf(this).host.teamOf(sessionId);
  }

  /** The designers' numbers, checked against the type. */
  get tuning(): TuningOf<T> {
    return hostOf(this).tuning as TuningOf<T>;
  }

  /**
   * Sends an event after the patch of this tick, once the log has the tick. A payload that does not fit the type throws
   * here, in the game's own stack.
   */
  emit<K extends EventName<T>>(name: K, payload: EventInput<T, K>, to?: Recipients): void {
    hostOf(this).host.emit(name, payload, to);
  }

  /**
   * Says something in a topic, as the server (`from` is empty). A topic of the room: in this tick. One of the host: once the
   * log has the tick. A payload that does not fit the type throws here, in the game's own stack.
   */
  publish<Topic extends string>(topic: CheckedTopic<T, Topic>, payload: TopicInput<T, Topic>): void {
    hostOf(this).host.publish(topic, payload);
  }

  /**
   * Has `timers[name]` called with this payload in that many ticks, 1 and up, whichever process has the room then. Throws a
   * RangeError or TypeError that says what was expected. Gives what {@link cancel} takes.
   */
  after<K extends TimerName<T>>(ticks: number, name: K, payload: TimerInput<T, K>): number {
    return hostOf(this).host.after(ticks, name, payload);
  }

  /** Takes a timer back. false: it ran already. */
  cancel(timer: number): boolean {
    return hostOf(this).host.cancel(timer);
  }

  /** For handlers: answers COMMAND_REFUSED with this sentence. Throw before changing anything. */
  refuse(message: string): never {
    throw new NetError("COMMAND_REFUSED", message);
  }
}

function hostOf(room: object): { host: GameRoomHost; tuning: unknown } {
  const found = hosts.get(room);
  if (found === undefined) {
    throw new Error(
      `${room.constructor.name}: tick, memory, random, tuning, emit and after are there from onCreate on, not in the constructor`,
    );
  }
  return found;
}
