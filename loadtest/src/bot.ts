/**
 * defineBot(): a player made of code. The same bot fills an empty match (the room calls `think` itself) and plays over a real
 * connection in a load test; it sees what a player sees and sends what a player sends.
 */
import type {
  CommandInput,
  CommandName,
  CommandResult,
  InputFields,
  JoinInput,
  RoomType,
  StateOf,
} from "@ninelives/shared-schema";

/** What a bot knows: the state as it is shown to it, and who it is in it. A joined client room fits as it is. */
export interface BotView<T extends RoomType> {
  readonly state: StateOf<T>;
  readonly sessionId: string;
  /** Runs a command as a player does. A room that lets a bot think for its own seat gives none: there the room moves. */
  command?<K extends CommandName<T>>(name: K, payload: CommandInput<T, K>): Promise<CommandResult<T, K>>;
}

export interface BotMoment {
  /** Thoughts so far, from 0; one per tick. */
  readonly tick: number;
  /** ms since the bot began. */
  readonly elapsedMs: number;
  /** Uniform in [0, 1), seeded per bot. */
  readonly random: () => number;
}

export interface BotSpec<T extends RoomType> {
  /** Join options of the bot with this number, from 0. */
  readonly join: (index: number) => JoinInput<T>;
  /** The input for this tick; `undefined` sends none. */
  readonly think: (view: BotView<T>, moment: BotMoment) => InputFields<T> | undefined;
}

export interface Bot<T extends RoomType> extends BotSpec<T> {
  readonly type: T;
}

export function defineBot<T extends RoomType>(type: T, spec: BotSpec<T>): Bot<T> {
  return { type, ...spec };
}
