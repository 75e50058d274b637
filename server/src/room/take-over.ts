/**
 * Takes a room over from an owner that died or let go of it: claims it, reads its log, has Colyseus make it anew under its id, seats
 * its players and lets it tick. What fails on the way leaves the log as it was; the claim stays.
 */
import { matchMaker, type Room } from "@colyseus/core";
import { LIMITS, NetError } from "@ninelives/shared-schema";
import { listAs, seatGhost, wasDiscarded } from "../adapter.ts";
import { ClaimedLog } from "../log/claimed-log.ts";
import type { LogHeader } from "../log/header.ts";
import { parseSegments } from "../log/read-log.ts";
import type { OwnedRoom } from "../log/store.ts";
import type { DueMigration } from "./migration.ts";
import { forgetPast, notedListing, noteListing, runtimeOf } from "./inside.ts";
import { handOver } from "./restoring.ts";
import type { RoomServices } from "./services.ts";
import { eachOf } from "./each-of.ts";
import { warmthOf } from "./warm-room.ts";

/** Rejects with OWNED when another process was faster, and with whatever keeps the room from being restored. */
export async function takeOver({ roomId, epoch }: OwnedRoom, services: RoomServices): Promise<void> {
  const { store, owner, logger, clock } = services;
  const startedMs = clock.now();
  services.rooms.claiming(roomId);
  const onFenced = () => services.onFenced(roomId, log.appender.epoch);
  const log = await ClaimedLog.claim(store, roomId, { owner, from: epoch, onFenced });
  const { attempts } = log.appender;
  if (attempts > LIMITS.restoreAttempts) {
    throw new NetError("QUARANTINED", `room "${roomId}" was restored ${attempts - 1} times and never ran for long`);
  }
  const content = parseSegments(await store.read(roomId));
  for (const { code, message } of content.damage) logger.warn({ roomId, code }, `a log is damaged: ${message}`);
  const { name, migration } = playable(roomId, content.header, services);
  try {
    await handOver({ content, log, migration }, () => matchMaker.handleCreateRoom(name, {}, undefined, roomId));
  } catch (error) {
    if (!wasDiscarded(error)) throw error;
    logger.info({ roomId, roomType: name }, "a room that nobody waits for any more ends");
    return;
  }
  const room = matchMaker.getLocalRoomById(roomId);
  const warm = warmthOf(room);
  if (warm !== undefined) {
    logger.info({ roomId, roomType: name }, "a room that was kept ready for nobody ends");
    await warm.end();
    return;
  }
  const { seats, pause, tick } = await populate(room, services);
  const tookMs = Math.round(clock.now() - startedMs);
  logger.info({ roomId, roomType: name, tick, seats, ...pause, tookMs, epoch: log.appender.epoch }, "room taken over");
}

/** The type of a room that this build can go on with, and how, when an earlier version of it played the room. */
function playable(
  roomId: string,
  header: LogHeader | undefined,
  { versionOf, migrationsOf }: RoomServices,
): { name: string; migration: DueMigration | undefined } {
  if (header === undefined) throw new NetError("LOG_CORRUPT", `room "${roomId}": a header expected in its log`);
  const { type, version } = header;
  const known = versionOf(type);
  if (known === version) return { name: type, migration: undefined };
  const run = migrationsOf(type)[version];
  if (run !== undefined) return { name: type, migration: { from: version, run } };
  const have = known === undefined ? "no such room type" : `version ${known}`;
  const hint = known !== undefined && known > version ? `, and \`migrate\` has no way from version ${version}` : "";
  throw new NetError(
    "QUARANTINED",
    `room "${roomId}" was played by version ${version} of "${type}": here is ${have}${hint}`,
  );
}

async function populate(room: Room, { logger }: RoomServices) {
  const runtime = runtimeOf(room);
  const { seats, pause, tick } = runtime;
  const { warm: _, ...listed } = notedListing(runtime.memory.host);
  const listing = (room as unknown as { readonly _listing: Parameters<typeof seatGhost>[1] })._listing;
  const { sessionIds } = seats;
  await eachOf(sessionIds, LIMITS.seatsAtOnce, async (sessionId) => {
    try {
      await seatGhost(room, listing, sessionId, seats.auth(sessionId));
    } catch (error) {
      seats.left(sessionId);
      logger.error({ roomId: room.roomId, sessionId, err: error }, "a player of before has no seat any more");
    }
  });
  await listAs(room, listed);
  noteListing(room);
  forgetPast(room);
  runtime.run();
  return { seats: sessionIds.length, pause, tick };
}

/**
 * All of them, a few at a time. One that cannot be restored is set aside, its log kept, and hurts no other. Those of which the process
 * before may have died come last, each alone, when the one before has proved that it can run.
 */
export async function takeOverAll(owned: readonly OwnedRoom[], services: RoomServices): Promise<void> {
  const [sound, suspects] = [owned.filter(isSound), owned.filter((room) => !isSound(room))];
  await eachOf(sound, LIMITS.restoresAtOnce, (room) => takeOverOrSetAside(room, services));
  for (const room of suspects.sort((a, b) => a.attempts! - b.attempts!)) {
    await settled(services);
    await takeOverOrSetAside(room, services);
  }
  if (suspects.length > 0) await settled(services);
}

function isSound({ attempts }: OwnedRoom): boolean {
  return attempts === undefined;
}

function settled({ clock }: RoomServices): Promise<void> {
  return new Promise((resolve) => void clock.after(2 * LIMITS.settledAfterMs, resolve));
}

async function takeOverOrSetAside(owned: OwnedRoom, services: RoomServices): Promise<void> {
  const { store, logger, metrics, rooms } = services;
  const { roomId } = owned;
  try {
    await takeOver(owned, services);
  } catch (error) {
    metrics.fault("host", "restore");
    await rooms.drop(roomId, undefined);
    logger.error({ roomId, err: error }, "a room could not be restored: it is set aside, its log is kept");
    const current = await store.ownerOf(roomId);
    if (current !== undefined) await store.quarantine(roomId, current.epoch);
  }
}
