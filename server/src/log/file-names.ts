/**
 * What the files of a room's log are called, below `<dir>/rooms/`. Oldest first:
 *
 *   <name>.ended.log            the last segment of a room of that id that ended before
 *   <name>.2.quarantined.log …  segments of a room of that id that could not be restored
 *   <name>.2.log <name>.1.log   closed segments, at most LIMITS.segmentsKept; each begins with its own snapshot
 *   <name>.log                  the current segment
 *   <name>.next.log             a new segment being written; it takes the name above once it is whole
 *   <name>.claims               how often the room was taken over since it last ran well, and the last epoch
 */
import { LIMITS } from "@ninelives/shared-schema";
import { roomIdOf } from "./room-name.ts";

/** Logs hold the secrets of seats: nobody but the user that runs the host reads them. */
export const OWNERS_FOLDER = 0o700;
export const OWNERS_FILE = 0o600;

export const CLAIMS = ".claims";
export const ENDED = ".ended.log";
const QUARANTINED = ".quarantined.log";

const closed = Array.from({ length: LIMITS.segmentsKept }, (_, index) => `.${LIMITS.segmentsKept - index}.log`);
/** Suffixes of a room that plays, oldest first. */
export const SEGMENTS: readonly string[] = [...closed, ".log", ".next.log"];
/** Of everything there may be of a room, oldest first. */
export const READABLE: readonly string[] = [ENDED, ...SEGMENTS.map((suffix) => quarantined(suffix)), ...SEGMENTS];

/** The name a segment takes when its room is set aside. */
export function quarantined(suffix: string): string {
  return suffix.replace(/\.log$/, QUARANTINED);
}

/** Nobody will write to it again. */
export function isAside(file: string): boolean {
  return file.endsWith(ENDED) || file.endsWith(QUARANTINED);
}

export function roomOfFile(file: string): string {
  return roomIdOf(file.slice(0, file.indexOf(".")));
}

export function missingIsUndefined(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
