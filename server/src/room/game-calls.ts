/** Calls into a game that may throw, or do nothing: a room goes on whatever becomes of them. */
import type { Client } from "@colyseus/core";
import type { RoomType } from "@ninelives/shared-schema";
import type { TopicAccess } from "../topics/audience.ts";
import type { GameRoom } from "./game-room.ts";

type Game = GameRoom<RoomType>;
type OnFault = (error: unknown, where: string) => void;

/** Calls it and reports a throw, or a rejection later. `onDone` is told whether it threw, when that is known. */
export function attempt(
  where: string,
  run: () => unknown,
  onFault: OnFault,
  onDone: (hasThrown: boolean) => void = () => {},
): void {
  const failed = (error: unknown) => {
    onFault(error, where);
    onDone(true);
  };
  try {
    const later = run();
    if (later instanceof Promise) later.then(() => onDone(false), failed);
    else onDone(false);
  } catch (error) {
    failed(error);
  }
}

/** Sets what the player sees of the hidden fields, if the game says so. */
export function showHidden(game: Game, client: Client, onFault: OnFault): void {
  if (game.viewFor === undefined) return;
  const show = () => {
    const view = game.viewFor!(client);
    if (view !== undefined) client.view = view;
  };
  attempt("viewFor", show, onFault);
}

/** What the game says; a throw is a no. */
export function mayUseTopic(game: Game, client: Client, topic: string, access: TopicAccess, onFault: OnFault): boolean {
  try {
    return game.authorizeTopic?.(client, topic as never, access) ?? false;
  } catch (error) {
    onFault(error, "authorizeTopic");
    return false;
  }
}

/** Throws a TypeError when a timer of the type has no handler. */
export function checkTimers(type: RoomType, { timers }: Game): void {
  for (const name of Object.keys(type.timers)) {
    if (timers?.[name] === undefined)
      throw new TypeError(`room type "${type.name}": timer "${name}" has no handler in its room class`);
  }
}
