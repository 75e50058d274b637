/** The rooms of a configuration: sealed and known to matchmaking by their names. */
import { matchMaker } from "@colyseus/core";
import { queueName, queueOf, type RoomType } from "@ninelives/shared-schema";
import { admitAccounts } from "../auth/admission.ts";
import type { Host } from "../config.ts";
import type { MatchRooms } from "../matchmaking/queue/match-rooms.ts";
import { queueRoomOf } from "../matchmaking/queue/queue-room.ts";
import type { RoomClass } from "../room/protect.ts";
import { sealGame } from "../room/seal-game.ts";
import { sealPlain } from "../room/seal-plain.ts";
import type { RoomServices } from "../room/services.ts";

/** Queues among them. undefined for a plain room. */
export function typesIn({ rooms }: Host): Map<string, RoomType | undefined> {
  const types = [...rooms].map(([name, entry]) => [name, entry.kind === "plain" ? undefined : entry.type] as const);
  const queues = types.flatMap(([, type]) => (type?.matching === undefined ? [] : [queueOf(type) as RoomType]));
  return new Map([...types, ...queues.map((queue) => [queue.name, queue] as const)]);
}

/** Names of the queues among them. */
export function queuesIn({ rooms }: Host): ReadonlySet<string> {
  const typed = [...rooms.values()].flatMap((entry) => (entry.kind === "plain" ? [] : [entry.type]));
  return new Set(typed.filter(({ matching }) => matching !== undefined).map(({ name }) => queueName(name)));
}

/** How this build reads matches of other versions. */
export function versionsIn(
  { rooms }: Host,
  types: ReadonlyMap<string, RoomType | undefined>,
): Pick<RoomServices, "versionOf" | "migrationsOf"> {
  return {
    versionOf: (name) => (types.has(name) ? (types.get(name)?.version ?? 1) : undefined),
    migrationsOf(name) {
      const entry = rooms.get(name);
      return entry?.kind === "typed" ? entry.migrate : {};
    },
  };
}

export function register({ rooms, auth }: Host, services: RoomServices, matchRooms: MatchRooms): void {
  const admitTo = (Sealed: RoomClass, Game: RoomClass) => {
    if (auth.key !== undefined) admitAccounts(Sealed, Game);
  };
  for (const [name, entry] of rooms) {
    const sealed =
      entry.kind === "plain"
        ? sealPlain(name, entry.room, services)
        : sealGame(entry.type, entry.room, services, entry.tuning);
    const handler = matchMaker.defineRoomType(name, sealed);
    admitTo(sealed, entry.room);
    if (entry.kind === "plain") continue;
    handler.filterBy(entry.type.filterBy as never);
    // Of a process that is alone; several have their own order (listing-scripts.ts).
    if (entry.warm > 0) handler.sortBy({ clients: -1 });
    if (entry.type.matching === undefined) continue;
    const queue = queueOf(entry.type) as RoomType;
    const QueueRoom = queueRoomOf(entry.type, entry.room, matchRooms);
    // However heavy a queue is: who waits in it is not to wait longer, and not to be put out.
    const lenient = { ...services, onOverBudget: "name" as const };
    const sealedQueue = sealGame(queue, QueueRoom, lenient, {});
    matchMaker.defineRoomType(queue.name, sealedQueue);
    admitTo(sealedQueue, QueueRoom);
  }
}
