/** Rooms of a configuration, checked: names, classes that fit their types, designers' files, and what is made ahead. */
import { readFileSync } from "node:fs";
import { Room } from "@colyseus/core";
import { LIMITS, parseTuning, queueName, type RoomType } from "@ninelives/shared-schema";
import { z } from "zod";
import { check, invalid } from "./config-issues.ts";
import { GameRoom } from "./room/game-room.ts";
import type { Migration, Migrations } from "./room/migration.ts";
import type { RoomClass } from "./room/protect.ts";
import { joinOptions } from "./session/join-options.ts";

export type RegisteredRoom =
  | { readonly kind: "plain"; readonly room: RoomClass }
  | {
      readonly kind: "typed";
      readonly type: RoomType;
      readonly room: RoomClass;
      readonly tuning: unknown;
      readonly migrate: Migrations<RoomType>;
      readonly warm: number;
    };

const roomClass = z.custom<RoomClass>(
  (value) => typeof value === "function" && value.prototype instanceof Room,
  "a class that extends Colyseus's Room expected",
);
const gameRoomClass = z.custom<RoomClass>(
  (value) => typeof value === "function" && value.prototype instanceof GameRoom,
  "a class that extends GameRoom expected",
);
const roomType = z.custom<RoomType>(
  (value) => typeof value === "object" && value !== null && Object.isFrozen(value) && "tickHz" in value,
  "a value made by defineRoomType() expected",
);
const migration = z.custom<Migration<RoomType>>((value) => typeof value === "function", "a function expected");
const roomEntry = z.strictObject({
  type: roomType,
  room: gameRoomClass,
  tuning: z.string().optional(),
  migrate: z.record(z.string(), migration).default({}),
  warm: z.int().min(0).max(LIMITS.warmRoomsMax).default(0),
});
const roomName = z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/, "a name of a-z, 0-9, - and _ expected, first a letter");

/** Name -> what is registered by it. Each entry is looked at by {@link registeredRooms}. */
export const roomsSchema = z
  .record(roomName, z.unknown())
  .refine((rooms) => Object.keys(rooms).length > 0, "at least one room expected");

/** Throws CONFIG_INVALID with what is wrong. */
export function registeredRooms(entries: Readonly<Record<string, unknown>>): ReadonlyMap<string, RegisteredRoom> {
  const rooms = new Map<string, RegisteredRoom>();
  for (const [name, entry] of Object.entries(entries)) rooms.set(name, register(name, entry));
  for (const [name, entry] of rooms) {
    if (entry.kind === "plain" || entry.type.matching === undefined || !rooms.has(queueName(name))) continue;
    const message = `another name expected: those who wait for "${name}" do so in a room of this one`;
    throw invalid([{ field: `rooms.${queueName(name)}`, message }]);
  }
  return rooms;
}

function register(name: string, entry: unknown): RegisteredRoom {
  if (typeof entry === "function") return { kind: "plain", room: check(roomClass, entry, `rooms.${name}`) };
  const { type, room, tuning, migrate, warm } = check(roomEntry, entry, `rooms.${name}`);
  if (type.name !== name) {
    throw invalid([{ field: `rooms.${name}.type`, message: `the type named "${name}" expected, "${type.name}" got` }]);
  }
  for (const from of Object.keys(migrate)) {
    const isEarlier = /^[1-9]\d*$/.test(from) && Number(from) < type.version;
    if (isEarlier) continue;
    const message = `a version before the type's own, ${type.version}, expected, "${from}" got`;
    throw invalid([{ field: `rooms.${name}.migrate`, message }]);
  }
  if (warm > 0) checkDefaults(name, type);
  return { kind: "typed", type, room, tuning: loadTuning(name, type, tuning), migrate, warm };
}

/** Nobody says anything when a room is made ahead. */
function checkDefaults(name: string, type: RoomType): void {
  try {
    joinOptions(type, {});
  } catch (error) {
    const message = `join options that all have a default expected, ${(error as Error).message}`;
    throw invalid([{ field: `rooms.${name}.warm`, message }]);
  }
}

function loadTuning(name: string, type: RoomType, file: string | undefined): unknown {
  if (file === undefined) return type.tuning.parse({});
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw invalid([
      { field: `rooms.${name}.tuning`, message: `a readable file expected, ${(error as Error).message}` },
    ]);
  }
  const result = parseTuning(type, text, file);
  if (result.ok) return result.values;
  throw invalid(result.issues.map(({ message }) => ({ field: `rooms.${name}.tuning`, message })));
}
