/**
 * The keeper of a host that shares its rooms with others: what it decides (keeper.ts) done to Colyseus's rooms, told to the log
 * and the metrics.
 */
import { performance } from "node:perf_hooks";
import { matchMaker } from "@colyseus/core";
import { LIMITS, type RoomType } from "@ninelives/shared-schema";
import type { Logger } from "../inspect/logger.ts";
import type { Metrics } from "../inspect/metrics.ts";
import { parseSegments } from "../log/read-log.ts";
import type { OwnedRoom } from "../log/store.ts";
import { takeOver } from "../room/take-over.ts";
import type { RoomServices } from "../room/services.ts";
import { Keeper } from "./keeper.ts";
import type { Member, MemberInfo, Members, Standing } from "./members.ts";
import { peers } from "./peers.ts";
import type { KeeperEvents, LocalRooms } from "./ports.ts";

/** From then on a process knows by itself who is dead, ms: its first lease, and a beat. */
const NEW_FOR_MS = LIMITS.leaseMs + LIMITS.beatMs;

export interface HostKeeperOptions {
  readonly services: RoomServices;
  readonly members: Members;
  readonly types: ReadonlyMap<string, RoomType | undefined>;
  readonly address: string;
  readonly inner: string;
  readonly region?: string | undefined;
  readonly standing: () => Standing;
  /** The host is going away and takes no room. */
  readonly isDraining: () => boolean;
}

export function hostKeeper(options: HostKeeperOptions): Keeper {
  const { services, members } = options;
  return new Keeper({
    me: services.owner,
    clock: services.clock,
    store: services.store,
    members: withoutTraces(members),
    rooms: localRooms(options),
    peers,
    events: events(services.logger, services.metrics),
  });
}

function localRooms({ services, types, address, inner, region, standing, isDraining }: HostKeeperOptions): LocalRooms {
  const { rooms, store } = services;
  const versions = Object.fromEntries([...types].map(([name, type]) => [name, type?.version ?? 1]));
  const ways = [...types.keys()].map((name) => [name, Object.keys(services.migrationsOf(name)).map(Number)] as const);
  const migrates = Object.fromEntries(ways.filter(([, from]) => from.length > 0));
  const beganMs = services.clock.now();
  let measured = performance.eventLoopUtilization();
  return {
    owned: () => rooms.owned(),
    freeze: () => rooms.freeze(),
    thaw: (roomId) => rooms.thaw(roomId),
    drop: (roomId, to) => void rooms.drop(roomId, to?.info.address),
    restore: (room) => takeOver(room, services),
    async kindOf(roomId) {
      const local = rooms.kindOf(roomId);
      if (local !== undefined) return local;
      const { header } = parseSegments(await store.read(roomId));
      return header === undefined ? undefined : { type: header.type, version: header.version };
    },
    info(): MemberInfo {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, measured);
      measured = now;
      const isNew = services.clock.now() - beganMs < NEW_FOR_MS;
      const load = { rooms: rooms.size, load: utilization };
      return {
        address,
        inner,
        ...(region === undefined ? {} : { region }),
        ...load,
        ...standing(),
        draining: isDraining(),
        isNew,
        types: versions,
        migrates,
      };
    },
    relist: () => void rooms.relist(),
  };
}

/** Whoever is taken off the list leaves no rows behind, and no new room is given to it. */
function withoutTraces(members: Members): Members {
  return {
    beat: (me, info, leaseMs) => members.beat(me, info, leaseMs),
    silent: (processIds) => members.silent(processIds),
    close: () => members.close(),
    async remove(processId) {
      const wasThere = await members.remove(processId);
      await matchMaker.driver.cleanup?.(processId);
      return wasThere;
    },
  };
}

function events(logger: Logger, metrics: Metrics): KeeperEvents {
  const about = ({ roomId, epoch, owner }: OwnedRoom) => ({ roomId, fromEpoch: epoch, fromProcess: owner });
  const name = (to: Member | undefined) => to?.processId;
  return {
    died(member, sign, afterMs) {
      void matchMaker.stats.excludeProcess(member.processId);
      const { processId, info } = member;
      logger.warn({ processId, sign, rooms: info.rooms, afterMs: Math.round(afterMs) }, "another process died");
    },
    tookOver(room, ms) {
      metrics.tookOver(ms);
      logger.info({ ...about(room), ms: Math.round(ms) }, "a room of another process runs here");
    },
    quarantined(room, error) {
      metrics.fault("host", "restore");
      logger.error({ ...about(room), err: error }, "a room could not be restored: it is set aside, its log is kept");
    },
    froze(rooms) {
      metrics.fault("host", "lease");
      logger.warn({ rooms }, "the lease is over: rooms stand still until the store answers");
    },
    thawed: (roomId) => logger.info({ roomId }, "room goes on"),
    dropped: (roomId, to) => logger.warn({ roomId, toProcess: name(to) }, "another process has the room"),
    fault(message, error) {
      metrics.fault("host", "keeper");
      logger.error({ err: error }, message);
    },
  };
}
