/** The ways to rooms and seats of all processes, for a host that shares them, and for one that is alone. */
import type { RoomType } from "@ninelives/shared-schema";
import type { RoomFinder } from "../matchmaking/ask-room.ts";
import type { DirectoryBackend } from "../matchmaking/backend.ts";
import type { Row } from "../matchmaking/listing.ts";
import { Seating } from "../matchmaking/seating.ts";
import type { Custody } from "../ownership/custody.ts";
import type { Clock } from "../tick/clock.ts";
import type { PlaceOfNew } from "./place-of-new.ts";

export function finderAt({ driver }: DirectoryBackend, clock: Clock, custody: Custody): RoomFinder {
  return {
    clock,
    look: async (roomId) => ((await driver.findOne({ roomId })) as Row | undefined) ?? undefined,
    mayLive: (processId) => custody.mayLive(processId),
    isGone: async (roomId) => (await custody.where(roomId, new AbortController().signal)) === "gone",
  };
}

/** undefined for a host that is alone: Colyseus's own way is as good. */
export function seatingAt(
  { bookings, presence }: DirectoryBackend,
  finder: RoomFinder,
  types: ReadonlyMap<string, RoomType | undefined>,
  placeOfNew: PlaceOfNew,
): Seating | undefined {
  if (bookings === undefined) return undefined;
  return new Seating({
    bookings,
    presence,
    finder,
    typeOf: (typeName) => types.get(typeName),
    placeOfNew: (typeName, region) => placeOfNew.choose(typeName, region),
  });
}
