/** Which process makes a new room. */
import { matchMaker } from "@colyseus/core";
import type { Clock } from "../tick/clock.ts";

/** How long a room that was given to a process counts, until that process has said how many it has, ms. */
const GIVEN_MS = 1_000;

export class PlaceOfNew {
  readonly #clock: Clock;
  readonly #random: () => number;
  /** Rooms given to each process lately, by when, ms. */
  readonly #given = new Map<string, number[]>();

  /** `random`: uniform in [0, 1). */
  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  /** The process with the fewest rooms, of those that `may` make one; by chance between those that have as few. */
  async choose(may: (processId: string) => boolean): Promise<string> {
    const all = (await matchMaker.stats.fetchAll()).filter(({ processId }) => may(processId));
    const counts = all.map(({ processId, roomCount }) => ({ processId, rooms: roomCount + this.#lately(processId) }));
    const fewest = Math.min(...counts.map(({ rooms }) => rooms));
    const least = counts.filter(({ rooms }) => rooms === fewest);
    const chosen = least[Math.floor(this.#random() * least.length)]?.processId ?? matchMaker.processId;
    this.#given.set(chosen, [...(this.#given.get(chosen) ?? []), this.#clock.now()]);
    return chosen;
  }

  #lately(processId: string): number {
    const since = this.#clock.now() - GIVEN_MS;
    const lately = (this.#given.get(processId) ?? []).filter((atMs) => atMs > since);
    if (lately.length === 0) this.#given.delete(processId);
    else this.#given.set(processId, lately);
    return lately.length;
  }
}
