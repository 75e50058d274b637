/**
 * Logs as files: `<dir>/rooms/<roomId>.log`, append-only. What a write call has taken survives kill -9 of this process; a
 * power cut may take what the system had not yet put on the disk, except a segment's first snapshot, which is synced.
 *
 * Files of a room, oldest first:
 *   <id>.ended.log          the last segment of a room of that id that ended before; at most LIMITS.finishedLogs such files and
 *                           finishedLogBytes of them
 *   <id>.2.log <id>.1.log   closed segments, at most LIMITS.segmentsKept; each begins with its own snapshot
 *   <id>.log                the current segment
 *   <id>.next.log           a new segment being written; it takes the name above once it is whole
 * There is no moment without a readable snapshot: the old segment keeps its name until the new one is whole on disk.
 */
import { mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { LIMITS } from "@ninelives/shared-schema";
import type { Clock } from "../tick/clock.ts";
import { FileAppender } from "./file-appender.ts";
import { lastEpoch, parseSegments } from "./read-log.ts";
import type { LogAppender, LogStore } from "./store.ts";
import { WritePace } from "./write-pace.ts";

const ENDED = ".ended.log";

export interface FileStoreOptions {
  /** Folder of the logs; `rooms/` is made below it. */
  readonly dir: string;
  readonly clock: Clock;
  /** Told of every failed write and of what is lost by it. */
  readonly onFault: (message: string, error: unknown) => void;
}

export class FileStore implements LogStore {
  readonly name = "file";
  readonly #dir: string;
  readonly #options: FileStoreOptions;
  readonly #pace: WritePace;

  constructor(options: FileStoreOptions) {
    this.#dir = join(options.dir, "rooms");
    this.#options = options;
    this.#pace = new WritePace(options.clock);
  }

  async open(roomId: string): Promise<LogAppender> {
    await mkdir(this.#dir, { recursive: true });
    const previousEpoch = lastEpoch(parseSegments(await this.read(roomId)));
    const { clock, onFault } = this.#options;
    const base = join(this.#dir, fileName(roomId));
    await adopt(base);
    return new FileAppender({
      base,
      previousEpoch,
      clock,
      pace: this.#pace,
      onFault,
      onFinished: () => this.#retain(base),
    });
  }

  async list(): Promise<string[]> {
    const files = await this.#files();
    return [...new Set(files.map((file) => roomIdOf(file)))];
  }

  async unfinished(): Promise<string[]> {
    const files = await this.#files();
    return [...new Set(files.filter((file) => !file.endsWith(ENDED)).map((file) => roomIdOf(file)))];
  }

  async read(roomId: string): Promise<Uint8Array[]> {
    const base = join(this.#dir, fileName(roomId));
    const segments: Uint8Array[] = [];
    for (const suffix of segmentSuffixes()) {
      const bytes = await readFile(base + suffix).catch(missingIsUndefined);
      if (bytes !== undefined) segments.push(bytes);
    }
    return segments;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #files(): Promise<string[]> {
    const files = await readdir(this.#dir).catch(missingIsUndefined);
    return (files ?? []).filter((file) => file.endsWith(".log"));
  }

  async #retain(base: string): Promise<void> {
    for (let kept = 1; kept <= LIMITS.segmentsKept; kept++) await rm(`${base}.${kept}.log`, { force: true });
    await rm(`${base}.next.log`, { force: true });
    await rename(`${base}.log`, base + ENDED).catch(missingIsUndefined);
    const ended = await Promise.all(
      (await this.#files())
        .filter((file) => file.endsWith(ENDED))
        .map(async (file) => {
          const path = join(this.#dir, file);
          const found = await stat(path).catch(missingIsUndefined);
          return { path, bytes: found?.size ?? 0, atMs: found?.mtimeMs ?? 0 };
        }),
    );
    ended.sort((a, b) => b.atMs - a.atMs);
    let bytes = 0;
    for (const [index, file] of ended.entries()) {
      bytes += file.bytes;
      if (index >= LIMITS.finishedLogs || bytes > LIMITS.finishedLogBytes) await rm(file.path, { force: true });
    }
  }
}

/** Suffixes of a room's files, oldest first. */
function segmentSuffixes(): string[] {
  const closed = Array.from({ length: LIMITS.segmentsKept }, (_, index) => `.${LIMITS.segmentsKept - index}.log`);
  return [ENDED, ...closed, ".log", ".next.log"];
}

/** A crash fell between the two renames of a new segment, and it is the newest there is: it gets its name. */
async function adopt(base: string): Promise<void> {
  const current = await stat(`${base}.log`).catch(missingIsUndefined);
  if (current === undefined) await rename(`${base}.next.log`, `${base}.log`).catch(missingIsUndefined);
}

/** A room id may be anything a game chose; a file name may not. Other characters become `%` and their UTF-16 unit in hex. */
function fileName(roomId: string): string {
  if (roomId === "") return "%";
  return roomId.replace(/[^A-Za-z0-9_-]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function roomIdOf(file: string): string {
  const name = file.slice(0, file.indexOf("."));
  if (name === "%") return "";
  return name.replace(/%([0-9a-f]{4})/g, (_, unit: string) => String.fromCharCode(Number.parseInt(unit, 16)));
}

function missingIsUndefined(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
