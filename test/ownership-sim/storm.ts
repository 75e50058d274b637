/**
 * What goes wrong, as the dice fall. Each world has some kinds of trouble and not others, so that rare ones meet in pairs; then all of
 * it ends, and everything has to come right.
 *
 *   crash    a process is killed, and comes back as another one
 *   relapse  a process is killed while it restores a room
 *   blackout all processes are killed at once
 *   pause    a process is stopped for a while and knows nothing of it
 *   cut      a process cannot reach the store: it is refused, or swallowed
 *   apart    a process cannot reach the other processes
 *   hang     a process loses its players' connections
 *   weather  calls to the store are slow, break, or arrive after later ones
 *   down     the store is away for a while, and may have lost its last second when it is back
 *   back     the store loses up to a second, at once
 *   empty    the store loses everything, while the owners live
 *   drain    a process is asked to go
 */
import type { Dice } from "./dice.ts";
import type { World } from "./world.ts";

export const SLOT_MS = 100;

const ODDS = {
  crash: 0.02,
  blackout: 0.006,
  pause: 0.02,
  cut: 0.02,
  apart: 0.015,
  hang: 0.015,
  weather: 0.05,
  down: 0.01,
  back: 0.008,
  empty: 0.008,
  drain: 0.01,
} as const;
/** For each restore. */
const RELAPSES = 0.3;
export type Trouble = keyof typeof ODDS | "relapse";
const TROUBLES = Object.keys(ODDS) as (keyof typeof ODDS)[];
/** How often a kind is among those of a world. */
const KINDS = 0.5;
const WIRE_BREAKS = 0.02;
const COMMANDS = 0.3;
/** How far a store goes back at most, ms. */
const BACK_MS = 1_000;

export class Storm {
  readonly counts: Record<Trouble, number>;
  readonly kinds: ReadonlySet<Trouble>;
  readonly #world: World;
  readonly #dice: Dice;

  constructor(world: World, dice: Dice) {
    this.#world = world;
    this.#dice = dice;
    const all = [...TROUBLES, "relapse"] as const;
    this.kinds = new Set(all.filter(() => dice.falls(KINDS)));
    this.counts = Object.fromEntries(all.map((trouble) => [trouble, 0])) as Record<Trouble, number>;
  }

  /** A process begins to restore a room. */
  restoring(place: number): void {
    if (!this.kinds.has("relapse") || !this.#dice.falls(RELAPSES) || this.#world.isSparing) return;
    this.counts.relapse++;
    this.#world.later(this.#dice.between(0, 8), () => this.#world.crash(place, this.#dice.between(100, 2_000)));
  }

  /** One slot of bad weather. */
  async blow(): Promise<void> {
    const { players } = this.#world;
    for (const player of players) {
      if (this.#dice.falls(COMMANDS)) player.say();
      if (this.#dice.falls(WIRE_BREAKS)) player.wire?.break(this.#dice.falls(0.6));
    }
    for (const trouble of TROUBLES)
      if (this.kinds.has(trouble) && this.#dice.falls(ODDS[trouble])) await this.#happen(trouble);
  }

  async #happen(trouble: keyof typeof ODDS): Promise<void> {
    const world = this.#world;
    const place = this.#dice.between(0, world.places.length - 1);
    const isSpared = world.isSparing;
    switch (trouble) {
      case "crash":
        if (isSpared || !world.crash(place, this.#dice.between(100, 3_000))) return;
        break;
      case "blackout":
        if (isSpared) return;
        for (const each of world.places.keys()) world.crash(each, this.#dice.between(100, 3_000));
        break;
      case "pause":
        if (isSpared || !world.pause(place, this.#dice.between(50, 6_000))) return;
        break;
      case "cut":
        if (isSpared || !world.cut(place, this.#dice.falls(0.5), this.#dice.between(100, 5_000))) return;
        break;
      case "apart":
        world.separate(place, this.#dice.between(100, 5_000));
        break;
      case "hang":
        world.places[place]?.breakWires();
        break;
      case "weather":
        world.setWeather(place, this.#dice.between(0, 8) / 100, this.#dice.between(0, 30) / 100);
        break;
      case "down":
        if (
          !(await world.takeDown(
            this.#dice.between(50, 4_000),
            this.#dice.falls(0.4) ? this.#dice.between(1, BACK_MS) : 0,
          ))
        )
          return;
        break;
      case "back":
        if (!world.store.isUp) return;
        await world.goBack(world.now - this.#dice.between(1, BACK_MS));
        break;
      case "empty":
        if (!world.isHealthy) return;
        await world.store.empty();
        break;
      case "drain":
        if (isSpared || !world.drain(place, this.#dice.between(200, 2_000))) return;
        break;
    }
    this.counts[trouble]++;
  }
}
