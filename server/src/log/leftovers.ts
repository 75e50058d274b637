/**
 * Logs that a host finds at its start: matches that were cut off by a crash. They are named, with their last tick and with
 * everything that cannot be read of them, and left where they are.
 */
import { RecordKind } from "@ninelives/shared-schema";
import type { Logger } from "../inspect/logger.ts";
import { parseSegments } from "./read-log.ts";
import type { LogStore } from "./store.ts";

export async function nameLeftovers(store: LogStore, logger: Logger): Promise<void> {
  for (const { roomId } of await store.unfinished()) {
    const { header, records, damage } = parseSegments(await store.read(roomId));
    const last = records.at(-1);
    const about = { roomId, roomType: header?.type, tick: last?.tick, elapsedMs: last?.elapsedMs };
    for (const { code, message } of damage) logger.warn({ ...about, code }, `a log is damaged: ${message}`);
    if (last?.kind !== RecordKind.END) logger.warn(about, "the log of a match that was cut off is kept");
  }
}
