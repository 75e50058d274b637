/** Matchmaking at a real host: the way to rooms and seats, of this process alone or of all that share them. */
import { matchMaker } from "@colyseus/core";
import type { RoomType } from "@ninelives/shared-schema";
import type { Logger } from "../inspect/logger.ts";
import type { RoomFinder } from "../matchmaking/ask-room.ts";
import type { DirectoryBackend } from "../matchmaking/backend.ts";
import { Directory } from "../matchmaking/directory.ts";
import type { Row } from "../matchmaking/listing.ts";
import { Lobby } from "../matchmaking/lobby.ts";
import { OwnRooms } from "../matchmaking/own-rooms.ts";
import type { Newcomers } from "../matchmaking/newcomers.ts";
import { MatchRooms } from "../matchmaking/queue/match-rooms.ts";
import { Seating } from "../matchmaking/seating.ts";
import type { Custody } from "../ownership/custody.ts";
import type { RoomServices } from "../room/services.ts";
import type { Others } from "../socket/door.ts";
import type { Clock } from "../tick/clock.ts";
import type { PlaceOfNew } from "./place-of-new.ts";

export interface MatchmakingParts {
  readonly backend: DirectoryBackend;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly types: ReadonlyMap<string, RoomType | undefined>;
  readonly filtersOf: (typeName: string) => readonly string[];
  readonly isQueue: (typeName: string) => boolean;
  readonly services: RoomServices;
  readonly custody: Custody;
  readonly others: Others;
  readonly placeOfNew: PlaceOfNew;
  readonly newcomers: Newcomers;
  /** Other processes use the same store. */
  readonly relay: boolean;
  readonly sharesPort: boolean;
}

export interface Matchmaking {
  readonly directory: Directory;
  readonly lobby: Lobby;
  /** For queues. */
  readonly matchRooms: MatchRooms;
}

export function matchmakingAt(parts: MatchmakingParts): Matchmaking {
  const { backend, clock, logger, types, filtersOf, services, custody, others, newcomers, relay, sharesPort } = parts;
  const finder = finderAt(parts);
  const seating = seatingAt(parts, finder);
  const doors = () => others.doors();
  const directory = new Directory(types, {
    doors,
    relay,
    patience: { clock, whereabouts: others, canAnswer: () => backend.isAnswering() && custody.isStoreThere },
    sharesPort,
    seating,
    newcomers,
    own: new OwnRooms({ rooms: () => services.rooms.unlogged(), filtersOf, isAway: () => !backend.isAnswering() }),
  });
  const lobby = new Lobby({
    rooms: () => directory.rooms(),
    clock,
    name: matchMaker.processId,
    onFault: (error) => logger.warn({ err: error }, "the list of rooms could not be read"),
  });
  const matchRooms = new MatchRooms({
    backend,
    finder,
    seating,
    mayMake() {
      const { makesRooms } = services.strain.relief;
      if (!makesRooms) services.strain.heldBack("rooms");
      return makesRooms;
    },
    doors,
    onFault: (error, roomType) => logger.error({ err: error, roomType }, "the room of a match could not be made"),
    onWaited: (roomType, waitMs) => services.metrics.queued(roomType, waitMs),
  });
  return { directory, lobby, matchRooms };
}

function finderAt({ backend: { driver }, clock, custody }: MatchmakingParts): RoomFinder {
  return {
    clock,
    look: async (roomId) => ((await driver.findOne({ roomId })) as Row | undefined) ?? undefined,
    mayLive: (processId) => custody.mayLive(processId),
    isGone: async (roomId) => (await custody.where(roomId, new AbortController().signal)) === "gone",
  };
}

/** undefined for a host that is alone: Colyseus's own way is as good. */
function seatingAt(parts: MatchmakingParts, finder: RoomFinder): Seating | undefined {
  const { backend, types, isQueue, placeOfNew, newcomers } = parts;
  const { bookings, presence } = backend;
  if (bookings === undefined) return undefined;
  return new Seating({
    bookings,
    presence,
    finder,
    typeOf: (typeName) => types.get(typeName),
    isQueue,
    placeOfNew: (typeName, region, isFor) => placeOfNew.choose(typeName, region, isFor),
    newcomers,
  });
}
