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
 *   mute     a process cannot reach the others and is taken for dead, while it plays and writes
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
  mute: 0.015,
  hang: 0.015,
  weather: 0.05,
  down: 0.01,
  back: 0.008,
  empty: 0.008,
  drain: 0.01,
} as const;
/** For each restore. */
const RELAPSES = 0.3;
type Sudden = keyof typeof ODDS;
export type Trouble = Sudden | "relapse";
const SUDDEN = Object.keys(ODDS) as Sudden[];
const TROUBLES: readonly Trouble[] = [...SUDDEN, "relapse"];
/** In every storm players' connections break, too. */
export type Happening = Trouble | "wire";
export const HAPPENINGS: readonly Happening[] = [...TROUBLES, "wire"];
/** Not while some room is nowhere but in its owner's memory. */
const DEADLY: ReadonlySet<Trouble> = new Set(["crash", "blackout", "pause", "cut", "mute", "drain"] as const);
/** How often a kind is among those of a world. */
const KINDS = 0.5;
const WIRE_BREAKS = 0.02;
const COMMANDS = 0.3;
/** How far a store goes back at most, ms. */
const BACK_MS = 1_000;

export class Storm {
  readonly counts: Record<Happening, number>;
  readonly kinds: ReadonlySet<Trouble>;
  readonly #world: World;
  readonly #dice: Dice;

  /** `kinds`: left to the dice unless they are said. */
  constructor(world: World, kinds?: readonly Trouble[]) {
    this.#world = world;
    this.#dice = world.dice;
    this.kinds = new Set(kinds ?? TROUBLES.filter(() => this.#dice.falls(KINDS)));
    this.counts = Object.fromEntries(HAPPENINGS.map((name) => [name, 0])) as Record<Happening, number>;
  }

  /** A process begins to restore a room. */
  restoring(place: number): void {
    if (!this.kinds.has("relapse") || !this.#dice.falls(RELAPSES) || this.#world.isSparing) return;
    this.counts.relapse++;
    const downMs = this.#dice.between(100, 2_000);
    this.#world.later(this.#dice.between(0, 8), () => this.#world.havoc.crash(place, downMs));
  }

  /** One slot of bad weather. */
  async blow(): Promise<void> {
    const { players } = this.#world;
    for (const player of players) {
      if (this.#dice.falls(COMMANDS)) player.say();
      if (this.#dice.falls(WIRE_BREAKS) && player.wire !== undefined) {
        player.wire.break(this.#dice.falls(0.6));
        this.counts.wire++;
      }
    }
    for (const trouble of SUDDEN)
      if (this.kinds.has(trouble) && this.#dice.falls(ODDS[trouble]) && (await this.#happens(trouble)))
        this.counts[trouble]++;
  }

  /** Whether it could happen. */
  #happens(trouble: Sudden): boolean | Promise<boolean> {
    const { havoc, places, isSparing, now } = this.#world;
    const dice = this.#dice;
    if (isSparing && DEADLY.has(trouble)) return false;
    const place = dice.between(0, places.length - 1);
    switch (trouble) {
      case "crash":
        return havoc.crash(place, dice.between(100, 3_000));
      case "blackout":
        return [...places.keys()].filter((each) => havoc.crash(each, dice.between(100, 3_000))).length > 0;
      case "pause":
        return havoc.pause(place, dice.between(50, 6_000));
      case "cut":
        return havoc.cut(place, dice.falls(0.5), dice.between(100, 5_000));
      case "apart":
        return havoc.separate(place, dice.between(100, 5_000));
      case "mute":
        return havoc.mute(place, dice.between(100, 3_000));
      case "hang":
        return havoc.hang(place);
      case "weather":
        return havoc.setWeather(place, dice.between(0, 8) / 100, dice.between(0, 30) / 100);
      case "down":
        return havoc.takeDown(dice.between(50, 4_000), dice.falls(0.4) ? dice.between(1, BACK_MS) : 0);
      case "back":
        return havoc.goBack(now - dice.between(1, BACK_MS));
      case "empty":
        return havoc.empty();
      case "drain":
        return havoc.drain(place, dice.between(200, 2_000));
    }
  }
}
