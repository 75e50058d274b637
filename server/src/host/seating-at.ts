/** The way to seats in rooms of all processes, for a host that shares them. */
import type { RoomType } from "@ninelives/shared-schema";
import type { DirectoryBackend } from "../matchmaking/backend.ts";
import { Seating } from "../matchmaking/seating.ts";
import type { Custody } from "../ownership/custody.ts";
import type { Clock } from "../tick/clock.ts";
import type { PlaceOfNew } from "./place-of-new.ts";

/** undefined for a host that is alone: Colyseus's own way is as good. */
export function seatingAt(
  { bookings, presence }: DirectoryBackend,
  clock: Clock,
  types: ReadonlyMap<string, RoomType | undefined>,
  custody: Custody,
  placeOfNew: PlaceOfNew,
): Seating | undefined {
  if (bookings === undefined) return undefined;
  return new Seating({
    bookings,
    presence,
    clock,
    typeOf: (typeName) => types.get(typeName),
    placeOfNew: (typeName) => placeOfNew.choose(typeName),
    mayLive: (processId) => custody.mayLive(processId),
    isGone: async (roomId) => (await custody.where(roomId, new AbortController().signal)) === "gone",
  });
}
