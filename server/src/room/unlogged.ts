/** Tells the operator, once per class, what of a room the log does not carry and so would not survive. */
import { Room } from "@colyseus/core";
import type { RoomType, SchemaClass } from "@ninelives/shared-schema";
import type { Logger } from "../inspect/logger.ts";
import { unloggedFields } from "../log/unlogged-fields.ts";
import type { RoomClass } from "./protect.ts";
import type { KeepsFields } from "./seal-plain.ts";

const told = new WeakSet<SchemaClass>();

export function warnOfUnlogged(type: RoomType, classes: readonly SchemaClass[], logger: Logger): void {
  if (type.durability === "off") return;
  for (const schemaClass of classes) {
    if (told.has(schemaClass)) continue;
    told.add(schemaClass);
    for (const { why } of unloggedFields(schemaClass)) logger.warn({ roomType: type.name }, why);
  }
}

/** At the registration of a plain room: it may keep what is not in its state, if it says how. */
export function warnOfUnkept(name: string, Game: RoomClass, logger: Logger): void {
  if (has(Game, "serialize") && has(Game, "hydrate")) return;
  const lost = "fields of the class and timers of its clock begin anew when another process takes it over";
  const why = has(Game, "serialize")
    ? `has serialize() and no hydrate(): ${lost}, for what serialize() returns is never put back`
    : has(Game, "hydrate")
      ? `has hydrate() and no serialize(): ${lost}, for there is nothing to put back`
      : `has no serialize() and hydrate(): its state survives, ${lost}`;
  logger.warn({ roomType: name }, `${Game.name} ${why}`);
}

function has(Game: RoomClass, method: keyof KeepsFields): boolean {
  return typeof Reflect.get(Game.prototype, method) === "function";
}

const toldFields = new WeakSet<RoomClass>();
/** What Colyseus reads from a room or puts on it; its own fields begin with `_`, too. */
const COLYSEUS_FIELDS = ["state", "messages", "plugins", "presence", "metadata"];
/** Of every room, when its game has added nothing. */
let common: ReadonlySet<string> | undefined;

/** When the first room of a plain class is there: which fields those are. What `#` hides is not seen. */
export function warnOfUnkeptFields(name: string, Game: RoomClass, room: Room, logger: Logger): void {
  if (toldFields.has(Game)) return;
  toldFields.add(Game);
  if (has(Game, "serialize")) return;
  const fields = gameFields(room);
  if (fields.length === 0) return;
  logger.warn(
    { roomType: name, fields },
    `${Game.name}: not in its state, and so gone after a takeover: ${fields.join(", ")}`,
  );
}

function gameFields(room: Room): string[] {
  common ??= new Set([...Object.keys(new (class extends Room {})()), ...COLYSEUS_FIELDS]);
  const isGames = ([field, value]: [string, unknown]) =>
    !common!.has(field) && !field.startsWith("_") && typeof value !== "function";
  return Object.entries(room)
    .filter(isGames)
    .map(([field]) => field);
}
