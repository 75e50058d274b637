/**
 * Logs as files: `<dir>/rooms/<room>.log`, append-only (file-names.ts has all names). What a write call has taken survives
 * kill -9 of this process; a power cut may take what the system had not yet put on the disk, except a segment's first
 * snapshot, which is synced.
 *
 * There is no moment without a readable snapshot: the old segment keeps its name until the new one is whole on disk.
 * One process has the folder (dir-lock.ts), so owners are kept in its memory: after a restart nobody has the rooms.
 */
import { constants } from "node:fs";
import { access, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LIMITS } from "@ninelives/shared-schema";
import { nextEpoch } from "../ownership/epoch.ts";
import type { Clock } from "../tick/clock.ts";
import { FileAppender } from "./file-appender.ts";
import {
  CLAIMS,
  ENDED,
  isAside,
  missingIsUndefined,
  OWNERS_FILE,
  OWNERS_FOLDER,
  quarantined,
  READABLE,
  roomOfFile,
  SEGMENTS,
} from "./file-names.ts";
import { lastEpoch, parseSegments } from "./read-log.ts";
import { roomName } from "./room-name.ts";
import { type Claim, type LogAppender, type LogStore, type OwnedRoom, ownedError, suspicion } from "./store.ts";
import { WritePace } from "./write-pace.ts";

export interface FileStoreOptions {
  /** Folder of the logs; `rooms/` is made below it. */
  readonly dir: string;
  readonly clock: Clock;
  /** Told of every failed write and of what is lost by it. */
  readonly onFault: (message: string, error: unknown) => void;
}

/** A room that somebody of this process has. */
interface Living {
  readonly owner: string;
  readonly appender: FileAppender;
}

export class FileStore implements LogStore {
  readonly outlivesProcess = true;
  readonly isShared = false;
  readonly name = "file";
  readonly #dir: string;
  readonly #options: FileStoreOptions;
  readonly #pace: WritePace;
  readonly #living = new Map<string, Living>();
  /** The last change of who has a room, for each room in which one is under way. */
  readonly #changes = new Map<string, Promise<unknown>>();

  constructor(options: FileStoreOptions) {
    this.#dir = join(options.dir, "rooms");
    this.#options = options;
    this.#pace = new WritePace(options.clock);
  }

  claim(roomId: string, claim: Claim): Promise<LogAppender> {
    return this.#afterOthers(roomId, () => this.#claim(roomId, claim));
  }

  async ownerOf(roomId: string): Promise<OwnedRoom | undefined> {
    const living = this.#living.get(roomId);
    if (living !== undefined) return { roomId, owner: living.owner, epoch: living.appender.epoch };
    const base = this.#base(roomId);
    const found = await Promise.all(SEGMENTS.map((suffix) => stat(base + suffix).catch(missingIsUndefined)));
    if (found.every((file) => file === undefined)) return undefined;
    const { epoch, attempts } = await this.#claimsOf(base);
    return { roomId, owner: "", epoch: Math.max(epoch, await this.#lastEpoch(roomId)), ...suspicion(attempts) };
  }

  roomsOf(): Promise<OwnedRoom[]> {
    return this.unfinished();
  }

  async unfinished(): Promise<OwnedRoom[]> {
    const files = (await this.#files()).filter((file) => !isAside(file));
    const rooms = await Promise.all([...new Set(files.map(roomOfFile))].map((roomId) => this.ownerOf(roomId)));
    return rooms.filter((room) => room !== undefined);
  }

  async list(): Promise<string[]> {
    return [...new Set((await this.#files()).map(roomOfFile))];
  }

  async read(roomId: string): Promise<Uint8Array[]> {
    const base = this.#base(roomId);
    const segments: Uint8Array[] = [];
    for (const suffix of READABLE) {
      const bytes = await readFile(base + suffix).catch(missingIsUndefined);
      if (bytes !== undefined) segments.push(bytes);
    }
    return segments;
  }

  quarantine(roomId: string, epoch: number): Promise<void> {
    return this.#afterOthers(roomId, async () => {
      if ((await this.ownerOf(roomId))?.epoch !== epoch) return;
      await this.#living.get(roomId)?.appender.fence();
      this.#living.delete(roomId);
      const base = this.#base(roomId);
      for (const suffix of SEGMENTS) await rename(base + suffix, base + quarantined(suffix)).catch(missingIsUndefined);
      await rm(base + CLAIMS, { force: true });
      await this.#deleteOldest();
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #claim(roomId: string, { owner, from, onFenced }: Claim): Promise<LogAppender> {
    await mkdir(this.#dir, { recursive: true, mode: OWNERS_FOLDER });
    await access(this.#dir, constants.W_OK);
    const current = await this.ownerOf(roomId);
    if (current?.epoch !== from) throw ownedError(roomId, from, current);
    await this.#living.get(roomId)?.appender.fence();
    const base = this.#base(roomId);
    const { clock, onFault } = this.#options;
    const epoch = nextEpoch(current?.epoch ?? (await this.#lastEpoch(roomId)), clock.wallMs());
    const attempts = current === undefined ? 0 : (await this.#claimsOf(base)).attempts + 1;
    if (current !== undefined) await this.#count(base, attempts, epoch);
    await adopt(base);
    const appender = new FileAppender({
      base,
      epoch,
      attempts,
      clock,
      pace: this.#pace,
      onFault,
      onFenced,
      onSettled: () =>
        this.#afterOthers(roomId, async () => {
          if (this.#living.get(roomId)?.appender === appender) await rm(base + CLAIMS, { force: true });
        }),
      onClosed: (how) => this.#afterOthers(roomId, () => this.#closed(roomId, appender, how)),
    });
    this.#living.set(roomId, { owner, appender });
    return appender;
  }

  async #closed(roomId: string, appender: FileAppender, how: "finished" | "released"): Promise<void> {
    if (this.#living.get(roomId)?.appender !== appender) return;
    this.#living.delete(roomId);
    if (how === "released") return;
    const base = this.#base(roomId);
    for (const suffix of SEGMENTS) if (suffix !== ".log") await rm(base + suffix, { force: true });
    await rm(base + CLAIMS, { force: true });
    await rename(`${base}.log`, base + ENDED).catch(missingIsUndefined);
    await this.#deleteOldest();
  }

  /** Of claims that did not settle: how many, and the epoch of the last one, which the log may not have yet. */
  async #claimsOf(base: string): Promise<{ attempts: number; epoch: number }> {
    const text = (await readFile(base + CLAIMS, "utf8").catch(missingIsUndefined)) ?? "";
    const [attempts = 0, epoch = 0] = text.split(" ").map((number) => Number.parseInt(number, 10) || 0);
    return { attempts, epoch };
  }

  /** A full disk is no reason to leave the room to nobody. */
  async #count(base: string, attempts: number, epoch: number): Promise<void> {
    await writeFile(base + CLAIMS, `${attempts} ${epoch}`, { mode: OWNERS_FILE }).catch((error: unknown) =>
      this.#options.onFault(`${base}.log: the claim is not counted`, error),
    );
  }

  async #lastEpoch(roomId: string): Promise<number> {
    return lastEpoch(parseSegments(await this.read(roomId)));
  }

  #base(roomId: string): string {
    return join(this.#dir, roomName(roomId));
  }

  async #files(): Promise<string[]> {
    const files = await readdir(this.#dir).catch(missingIsUndefined);
    return (files ?? []).filter((file) => file.endsWith(".log"));
  }

  /** Changes of who has a room happen one after the other: of two claims at once, the second sees the first. */
  async #afterOthers<R>(roomId: string, change: () => Promise<R>): Promise<R> {
    const mine = (this.#changes.get(roomId) ?? Promise.resolve()).then(change, change);
    this.#changes.set(roomId, mine);
    try {
      return await mine;
    } finally {
      if (this.#changes.get(roomId) === mine) this.#changes.delete(roomId);
    }
  }

  /** Of everything set aside, what is beyond the caps. */
  async #deleteOldest(): Promise<void> {
    const aside = await Promise.all(
      (await this.#files())
        .filter((file) => isAside(file))
        .map(async (file) => {
          const path = join(this.#dir, file);
          const found = await stat(path).catch(missingIsUndefined);
          return { path, bytes: found?.size ?? 0, atMs: found?.mtimeMs ?? 0 };
        }),
    );
    aside.sort((a, b) => b.atMs - a.atMs);
    let bytes = 0;
    for (const [index, file] of aside.entries()) {
      bytes += file.bytes;
      if (index >= LIMITS.finishedLogs || bytes > LIMITS.finishedLogBytes) await rm(file.path, { force: true });
    }
  }
}

/** A crash fell between the two renames of a new segment, and it is the newest there is: it gets its name. */
async function adopt(base: string): Promise<void> {
  const current = await stat(`${base}.log`).catch(missingIsUndefined);
  if (current === undefined) await rename(`${base}.next.log`, `${base}.log`).catch(missingIsUndefined);
}
