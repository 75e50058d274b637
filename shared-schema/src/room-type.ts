/**
 * defineRoomType(): the typed contract of a room. One value of this kind is read by the server (what to run), the client
 * (what may be sent and received), every bot, and the tools. Nothing is generated: the types below follow from the value.
 */
import { type Schema, schema } from "@colyseus/schema";
import { z } from "zod";
import { checkFilters, checkMatching, checkNames, checkRate, wholeInRange } from "./contract-checks.ts";
import type { MatchRules, MatchRulesInput } from "./matching/rules.ts";
import { LIMITS } from "./protocol/limits.ts";
import type { Rate } from "./protocol/token-bucket.ts";
import { checkTopics, type TopicMap } from "./topics/spec.ts";

/** A class made by Colyseus's `schema()` builder. */
export type SchemaClass<T extends Schema = Schema> = new () => T;

/**
 * What becomes of a command while it cannot be sent. `must` (default): it is kept, and sent in order. `latest`: a newer one of
 * the same name takes its place. `drop`: it is refused at once with NOT_CONNECTED.
 */
export type CommandPolicy = "must" | "latest" | "drop";

/** A command's two shapes. Both travel as msgpack: plain data, no classes, no functions. */
export interface CommandSpec {
  readonly payload: z.ZodType;
  readonly result: z.ZodType;
  /** Default `must`. */
  readonly policy?: CommandPolicy;
  /** How long it may wait to be sent, ms; then it ends with COMMAND_EXPIRED. Range [1, 3 600 000]. Default: for ever. */
  readonly ttlMs?: number;
  /** How often one player may give it, by the room's clock; beyond that it ends with TOO_FAST. Default: as often as the inbox takes. */
  readonly rate?: Rate;
}

/** A command as its handler and the client's list of waiting ones show it. */
export interface CommandEnvelope<Name extends string = string, Payload = unknown> {
  readonly type: Name;
  readonly payload: Payload;
  /** Number within the session, from 1; 0 for a stock client's command. On the client it is final once it was sent. */
  readonly id: number;
  /** When it came: on the server the room's clock, on the client the client's own, ms. */
  readonly timestamp: number;
  /** Version of the room type, agreed on when the session began. */
  readonly version: number;
}

export type CommandMap = Readonly<Record<string, CommandSpec>>;
export type TimerMap = Readonly<Record<string, z.ZodType>>;
export type EventMap = Readonly<Record<string, z.ZodType>>;

/**
 * How long a player waits for the log. `off`: no log, a crash ends the match. `acked` (default): patches leave at once;
 * command results and events wait until the log has the tick that made them.
 */
export type Durability = "off" | "acked";

export interface RoomTypeSpec<
  Name extends string,
  State extends SchemaClass,
  Memory extends SchemaClass,
  Input extends SchemaClass,
  Commands extends CommandMap,
  Events extends EventMap,
  Options extends z.ZodType,
  Tuning extends z.ZodType,
  Topics extends TopicMap,
  Timers extends TimerMap,
> {
  /** Name players join by: 1 to 40 of a-z, 0-9, `-`, `_`, first a letter. */
  readonly name: Name;
  /** Version of the rules, a whole number from 1. Default 1. Grows when an older match could not go on with this code. */
  readonly version?: number;
  /** Simulation steps a second, Hz, whole. Range [1, 120]. */
  readonly tickHz: number;
  /** Seats, whole. Range [1, 10 000]. */
  readonly maxPlayers: number;
  /** Default `acked`. */
  readonly durability?: Durability;
  /** Ticks from one snapshot to the next. Range [1, 100 000]. Default 300. */
  readonly snapshotEveryTicks?: number;
  /** What clients see. */
  readonly state: State;
  /** What only the server knows; it is in the log, never on the wire. Default: nothing. */
  readonly memory?: Memory;
  /** Control data a client sends each tick; only primitive fields. Default: this room takes no input. */
  readonly input?: Input;
  /** Client to server, with a typed result. Default: none. */
  readonly commands?: Commands;
  /** Server to client. Default: none. */
  readonly events?: Events;
  /** What is said between players, and between rooms, by name. Default: none. */
  readonly topics?: Topics;
  /** What a room may put off to a later tick with `room.after`, by name; payloads are JSON. Default: nothing. */
  readonly timers?: Timers;
  /** Join options. Default: an empty object; unknown keys are dropped. */
  readonly options?: Options;
  /** Numbers designers turn. Every field needs a default. Default: none. */
  readonly tuning?: Tuning;
  /** How players who wait for a match are brought together. Default: they are not. */
  readonly matching?: MatchRulesInput;
  /**
   * Join options by which rooms are told apart: who joins or makes a room gets one whose maker said the same. Their values are
   * text, numbers or booleans. At most LIMITS.filters. Default: none.
   */
  readonly filterBy?: readonly (keyof z.input<Options> & string)[];
}

/** A finished contract: every default filled in. Made only by {@link defineRoomType}. */
export interface RoomType<
  Name extends string = string,
  State extends SchemaClass = SchemaClass,
  Memory extends SchemaClass = SchemaClass,
  Input extends SchemaClass = SchemaClass,
  Commands extends CommandMap = CommandMap,
  Events extends EventMap = EventMap,
  Options extends z.ZodType = z.ZodType,
  Tuning extends z.ZodType = z.ZodType,
  Topics extends TopicMap = TopicMap,
  Timers extends TimerMap = TimerMap,
> {
  readonly name: Name;
  readonly version: number;
  readonly tickHz: number;
  readonly maxPlayers: number;
  readonly durability: Durability;
  readonly snapshotEveryTicks: number;
  readonly state: State;
  readonly memory: Memory;
  /** undefined: the room takes no input. */
  readonly input: Input | undefined;
  readonly commands: Commands;
  readonly events: Events;
  readonly topics: Topics;
  readonly timers: Timers;
  readonly options: Options;
  readonly tuning: Tuning;
  readonly matching: MatchRules | undefined;
  readonly filterBy: readonly string[];
}

export type StateOf<T extends RoomType> = InstanceType<T["state"]>;
export type MemoryOf<T extends RoomType> = InstanceType<T["memory"]>;
export type InputOf<T extends RoomType> = InstanceType<NonNullable<T["input"]>>;
/** The fields of an input a client or bot fills in: every non-function field, each optional. */
export type InputFields<T extends RoomType> = Partial<Omit<InputOf<T>, keyof Schema>>;
export type CommandName<T extends RoomType> = keyof T["commands"] & string;
/** What a client passes. */
export type CommandInput<T extends RoomType, K extends CommandName<T>> = z.input<T["commands"][K]["payload"]>;
/** What a handler receives: checked, defaults filled in. */
export type CommandPayload<T extends RoomType, K extends CommandName<T>> = z.output<T["commands"][K]["payload"]>;
export type CommandResult<T extends RoomType, K extends CommandName<T>> = z.output<T["commands"][K]["result"]>;
export type EventName<T extends RoomType> = keyof T["events"] & string;
/** What the server emits. */
export type EventInput<T extends RoomType, K extends EventName<T>> = z.input<T["events"][K]>;
/** What a listener receives. */
export type EventPayload<T extends RoomType, K extends EventName<T>> = z.output<T["events"][K]>;
export type TimerName<T extends RoomType> = keyof T["timers"] & string;
/** What a room passes to `after`. */
export type TimerInput<T extends RoomType, K extends TimerName<T>> = z.input<T["timers"][K]>;
/** What a timer's handler receives. */
export type TimerPayload<T extends RoomType, K extends TimerName<T>> = z.output<T["timers"][K]>;
export type JoinInput<T extends RoomType> = z.input<T["options"]>;
export type JoinOptions<T extends RoomType> = z.output<T["options"]>;
export type TuningOf<T extends RoomType> = z.output<T["tuning"]>;

/** The memory of a room type that keeps none. */
export const NoMemory = schema({}, "NoMemory");

const NAME = /^[a-z][a-z0-9_-]{0,39}$/;

/**
 * Declares a room type. Throws a RangeError that names the field, the range and the value when a number or the name is
 * wrong, a TypeError when tuning has a field without a default.
 */
export function defineRoomType<
  const Name extends string,
  State extends SchemaClass,
  Memory extends SchemaClass = typeof NoMemory,
  Input extends SchemaClass = SchemaClass<never>,
  Commands extends CommandMap = Record<never, never>,
  Events extends EventMap = Record<never, never>,
  Options extends z.ZodType = z.ZodObject<Record<never, never>>,
  Tuning extends z.ZodType = z.ZodObject<Record<never, never>>,
  Topics extends TopicMap = Record<never, never>,
  Timers extends TimerMap = Record<never, never>,
>(
  spec: RoomTypeSpec<Name, State, Memory, Input, Commands, Events, Options, Tuning, Topics, Timers>,
): RoomType<Name, State, Memory, Input, Commands, Events, Options, Tuning, Topics, Timers> {
  const at = `room type "${spec.name}"`;
  if (!NAME.test(spec.name)) throw new RangeError(`${at}: name: ${NAME} expected`);
  const version = spec.version ?? 1;
  const snapshotEveryTicks = spec.snapshotEveryTicks ?? LIMITS.snapshotEveryTicks;
  wholeInRange(at, "version", version, 1, Number.MAX_SAFE_INTEGER);
  wholeInRange(at, "tickHz", spec.tickHz, LIMITS.tickHzMin, LIMITS.tickHzMax);
  wholeInRange(at, "maxPlayers", spec.maxPlayers, 1, LIMITS.maxPlayersMax);
  wholeInRange(at, "snapshotEveryTicks", snapshotEveryTicks, 1, LIMITS.snapshotEveryTicksMax);
  checkNames(at, "commands", Object.keys(spec.commands ?? {}), LIMITS.commandNames);
  checkNames(at, "events", Object.keys(spec.events ?? {}), LIMITS.eventNames);
  checkNames(at, "timers", Object.keys(spec.timers ?? {}), LIMITS.timerNames);
  checkTopics(at, spec.topics ?? {});
  checkFilters(at, spec.filterBy ?? []);
  for (const [name, { ttlMs, rate }] of Object.entries(spec.commands ?? {})) {
    if (name in (spec.events ?? {})) throw new RangeError(`${at}: "${name}" is both a command and an event`);
    if (ttlMs !== undefined) wholeInRange(at, `commands.${name}.ttlMs`, ttlMs, 1, LIMITS.commandTtlMsMax);
    if (rate !== undefined) checkRate(at, `commands.${name}.rate`, rate);
  }
  const tuning = (spec.tuning ?? z.object({})) as Tuning;
  const defaults = tuning.safeParse({});
  if (!defaults.success) {
    const fields = defaults.error.issues.map((issue) => issue.path.join(".")).join(", ");
    throw new TypeError(`${at}: tuning: every field needs a default, these have none: ${fields}`);
  }
  return Object.freeze({
    name: spec.name,
    version,
    tickHz: spec.tickHz,
    maxPlayers: spec.maxPlayers,
    durability: spec.durability ?? "acked",
    snapshotEveryTicks,
    state: spec.state,
    memory: (spec.memory ?? NoMemory) as Memory,
    input: spec.input,
    commands: (spec.commands ?? {}) as Commands,
    events: (spec.events ?? {}) as Events,
    topics: (spec.topics ?? {}) as Topics,
    timers: (spec.timers ?? {}) as Timers,
    options: (spec.options ?? z.object({})) as Options,
    tuning,
    filterBy: spec.filterBy ?? [],
    matching: spec.matching === undefined ? undefined : checkMatching(at, spec.matching, spec.maxPlayers),
  });
}
