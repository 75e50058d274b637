/** Which process makes a new room. */
import { matchMaker } from "@colyseus/core";
import { busyError } from "../matchmaking/busy.ts";
import type { Newcomers } from "../matchmaking/newcomers.ts";
import type { Standing } from "../ownership/members.ts";
import { leastBusy, type Maker } from "../ownership/placement.ts";
import type { Clock } from "../tick/clock.ts";

/** How long a room that was given to a process counts, until that process has said how many it has, ms. */
const GIVEN_MS = 1_000;

export interface PlaceOfNewOptions {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Processes that may make a room of this type; undefined: any may. */
  readonly makersOf: (typeName: string) => readonly Maker[] | undefined;
  /** Of this process. */
  readonly standing: () => Standing;
  readonly newcomers: Pick<Newcomers, "turnedAway">;
  /** Told of every room that nobody makes. */
  readonly onRefused: () => void;
}

export class PlaceOfNew {
  readonly #options: PlaceOfNewOptions;
  /** Rooms given to each process lately, by when, ms. */
  readonly #given = new Map<string, number[]>();

  constructor(options: PlaceOfNewOptions) {
    this.#options = options;
  }

  /**
   * The process with the most to spare, in this region if any is there. `isFor`: a "match" is for players of a queue,
   * or the queue itself. Rejects with BUSY where all make no rooms, or take nobody who has no seat.
   */
  async choose(typeName: string, region?: string, isFor: "newcomer" | "match" = "newcomer"): Promise<string> {
    const { makersOf, random, clock, newcomers, onRefused } = this.#options;
    this.#forget(clock.now() - GIVEN_MS);
    const all = makersOf(typeName) ?? (await this.#anybody());
    const makers = isFor === "match" ? all : all.filter(({ closed }) => closed !== true);
    const near = makers.filter((maker) => region !== undefined && maker.region === region);
    const counted = (near.length > 0 ? near : makers).map((maker) => ({
      ...maker,
      rooms: maker.rooms + this.#lately(maker.processId),
    }));
    const chosen = leastBusy(counted, random())?.processId;
    if (chosen === undefined) {
      if (all.length > 0)
        throw newcomers.turnedAway(`no process makes a room of type "${typeName}" for who has no seat`);
      onRefused();
      throw busyError(`every process that could make a room of type "${typeName}" has too much to do`);
    }
    this.#given.set(chosen, [...(this.#given.get(chosen) ?? []), clock.now()]);
    return chosen;
  }

  /** By what Colyseus's processes say of themselves. */
  async #anybody(): Promise<Maker[]> {
    const { processId: me } = matchMaker;
    const all = (await matchMaker.stats.fetchAll()).map(({ processId, roomCount: rooms }) => ({
      processId,
      rooms,
      load: 0,
    }));
    const known = all.some(({ processId }) => processId === me) ? all : [...all, { processId: me, rooms: 0, load: 0 }];
    const { full = false, ...mine } = this.#options.standing();
    const standing = known.map((maker) => (maker.processId === me ? { ...maker, ...mine } : maker));
    return full ? standing.filter(({ processId }) => processId !== me) : standing;
  }

  #lately(processId: string): number {
    return this.#given.get(processId)?.length ?? 0;
  }

  /** What was given before. Of processes that are gone, too. */
  #forget(beforeMs: number): void {
    for (const [processId, times] of this.#given) {
      const lately = times.filter((atMs) => atMs > beforeMs);
      if (lately.length === 0) this.#given.delete(processId);
      else this.#given.set(processId, lately);
    }
  }
}
