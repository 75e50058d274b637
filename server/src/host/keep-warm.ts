/** Rooms kept ready (warm-rooms.ts) at a real host. */
import { matchMaker } from "@colyseus/core";
import type { RoomType } from "@ninelives/shared-schema";
import type { Host } from "../config.ts";
import type { Custody } from "../ownership/custody.ts";
import type { RoomServices } from "../room/services.ts";
import { makeWarm, warmthOf } from "../room/warm-room.ts";
import { filteredBy } from "../session/join-options.ts";
import { WarmRooms } from "./warm-rooms.ts";

/** `canMake`: this process has something to spare, and what it shares with others answers. */
export function keepWarm(host: Host, services: RoomServices, custody: Custody, canMake: () => boolean): WarmRooms {
  const { clock, logger, metrics, rooms } = services;
  const typed = [...host.rooms.values()].filter((entry) => entry.kind === "typed");
  const types = new Map<string, RoomType>(typed.map(({ type }) => [type.name, type]));
  const isMaker = (typeName: string) =>
    custody.makersOf(typeName)?.some(({ processId }) => processId === matchMaker.processId) ?? true;
  const warm = new WarmRooms({
    wanted: new Map(typed.filter((entry) => entry.warm > 0).map((entry) => [entry.type.name, entry.warm])),
    clock,
    rooms: () => rooms.warm(),
    async make(typeName) {
      const options = filteredBy(types.get(typeName)!, {});
      const { roomId } = await makeWarm(() => matchMaker.handleCreateRoom(typeName, options as never));
      const room = matchMaker.getLocalRoomById(roomId);
      return room === undefined ? undefined : warmthOf(room);
    },
    mayMake: (typeName) => canMake() && isMaker(typeName),
    onFault(typeName, error, isFirst) {
      metrics.fault(typeName, "warm");
      if (isFirst) logger.error({ roomType: typeName, err: error }, "a room cannot be kept ready: it is tried again");
    },
  });
  metrics.warmRooms(() => warm.counts());
  return warm;
}
