/**
 * The list of rooms for pages that only watch it: what it is, then what changes. While anybody watches, the directory is read once
 * every LIMITS.lobbyMs, however many they are; while nobody does, not at all.
 *
 *   watch -> the whole list, or the changes since the one this watcher saw last
 *   look  -> the changes, to everybody; or a sign of life, when there were none for LIMITS.lobbyBeatMs
 */
import { LIMITS } from "@ninelives/shared-schema";
import type { Clock, Timer } from "../tick/clock.ts";
import type { RoomRow } from "./directory.ts";

export type LobbyNews =
  | { readonly kind: "rooms"; readonly id: string; readonly rooms: readonly RoomRow[] }
  | {
      readonly kind: "changes";
      readonly id: string;
      /** New ones, and those of which something is another. */
      readonly rooms: readonly RoomRow[];
      /** Ids of those that are not there any more. */
      readonly gone: readonly string[];
    }
  | { readonly kind: "alive" };

type Changes = Extract<LobbyNews, { readonly kind: "changes" }>;

export interface LobbyOptions {
  readonly rooms: () => Promise<readonly RoomRow[]>;
  readonly clock: Clock;
  /** Of this process: numbers of another one's list mean nothing here. */
  readonly name: string;
  /** The directory could not be read; it is tried again. */
  readonly onFault: (error: unknown) => void;
}

interface Watcher {
  readonly tell: (news: LobbyNews) => void;
  /** Number of the list it has; undefined before the first. */
  seen: number | undefined;
}

export class Lobby {
  readonly #options: LobbyOptions;
  readonly #watchers = new Set<Watcher>();
  #rows = new Map<string, { readonly row: RoomRow; readonly text: string }>();
  #number = 0;
  /** The last ones, oldest first. */
  readonly #changes: Changes[] = [];
  #timer: Timer | undefined;
  #isLooking = false;
  /** The list was read since somebody began to watch. */
  #isKnown = false;
  #toldMs = 0;

  constructor(options: LobbyOptions) {
    this.#options = options;
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  /** `lastId`: of the news this watcher had last, from whatever process. Returns how to stop; undefined: too many watch already. */
  watch(lastId: string | undefined, tell: (news: LobbyNews) => void): (() => void) | undefined {
    if (this.#watchers.size >= LIMITS.lobbyWatchers) return undefined;
    const watcher: Watcher = { tell, seen: this.#numberIn(lastId) };
    this.#watchers.add(watcher);
    if (this.#isKnown) this.#bringUpToDate(watcher);
    if (this.#timer === undefined && !this.#isLooking) void this.#look();
    return () => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size === 0) this.#rest();
    };
  }

  #rest(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#isKnown = false;
  }

  async #look(): Promise<void> {
    const { rooms, clock, onFault } = this.#options;
    this.#timer = undefined;
    this.#isLooking = true;
    try {
      this.#compare(await rooms());
      this.#isKnown = true;
      for (const watcher of this.#watchers) this.#bringUpToDate(watcher);
      if (clock.now() - this.#toldMs >= LIMITS.lobbyBeatMs) this.#tell({ kind: "alive" });
    } catch (error) {
      onFault(error);
    }
    this.#isLooking = false;
    if (this.#watchers.size === 0) this.#rest();
    else this.#timer = clock.after(LIMITS.lobbyMs, () => void this.#look());
  }

  #compare(rows: readonly RoomRow[]): void {
    const now = new Map(rows.map((row) => [row.roomId, { row, text: JSON.stringify(row) }]));
    const rooms = rows.filter(({ roomId }) => now.get(roomId)!.text !== this.#rows.get(roomId)?.text);
    const gone = [...this.#rows.keys()].filter((roomId) => !now.has(roomId));
    this.#rows = now;
    if (rooms.length === 0 && gone.length === 0) return;
    this.#number++;
    this.#changes.push({ kind: "changes", id: this.#id, rooms, gone });
    if (this.#changes.length > LIMITS.lobbyChanges) this.#changes.shift();
  }

  #bringUpToDate(watcher: Watcher): void {
    const { seen } = watcher;
    if (seen === this.#number) return;
    watcher.seen = this.#number;
    const missed = seen === undefined ? Number.POSITIVE_INFINITY : this.#number - seen;
    this.#toldMs = this.#options.clock.now();
    if (missed <= this.#changes.length) for (const changes of this.#changes.slice(-missed)) watcher.tell(changes);
    else watcher.tell({ kind: "rooms", id: this.#id, rooms: Array.from(this.#rows.values(), ({ row }) => row) });
  }

  #tell(news: LobbyNews): void {
    this.#toldMs = this.#options.clock.now();
    for (const { tell } of this.#watchers) tell(news);
  }

  get #id(): string {
    return `${this.#options.name}-${this.#number}`;
  }

  /** undefined for what is not an id of ours. */
  #numberIn(id = ""): number | undefined {
    const prefix = `${this.#options.name}-`;
    const number = id.startsWith(prefix) ? id.slice(prefix.length) : "";
    return /^\d{1,15}$/.test(number) && Number(number) <= this.#number ? Number(number) : undefined;
  }
}
