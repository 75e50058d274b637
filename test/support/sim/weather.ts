/** What goes wrong and what is said, tick by tick, as the dice fall. */
import type { Player } from "./player.ts";
import { CALM } from "./sim-link.ts";
import type { SimCommand, SimRoom, Wish } from "./sim-room.ts";
import type { Surroundings } from "./universe.ts";
import type { World } from "./world.ts";

/** How often something happens to a player in a tick. */
const ODDS = {
  delay: 0.02,
  throttle: 0.006,
  blackHole: 0.01,
  cut: 0.015,
  offline: 0.002,
  reload: 0.004,
  tab: 0.002,
} as const;
/** How often a player says something to everybody, in a tick. */
const TALK = 0.05;
/** How often the server tells something, or freezes, in a tick. */
const TELL = 0.1;
const FREEZE = 0.003;
/** Longest delay, ms; slowest line, bytes per ms; longest freeze, ticks. */
const DELAY_MS = 300;
const SLOWEST = 0.5;
const FREEZE_TICKS = 60;

/** Commands and how often each is said, of 20. */
const SAID: readonly SimCommand[] = (
  [
    ["must", 9],
    ["latest", 3],
    ["drop", 3],
    ["soon", 2],
    ["slow", 1],
    ["refused", 1],
    ["crash", 1],
  ] as const
).flatMap(([command, times]) => Array.from({ length: times }, () => command));

export class Storm {
  cuts = 0;
  freezes = 0;
  readonly #world: Surroundings;
  readonly #players: readonly Player[];
  readonly #room: SimRoom;
  /** Commands of a player in a tick, on average. */
  readonly #commandsPerTick: number;
  #frozenTicks = 0;

  constructor({ surroundings, players, room }: World, commandsPerTick: number) {
    this.#world = surroundings;
    this.#players = players;
    this.#room = room;
    this.#commandsPerTick = commandsPerTick;
  }

  /** One tick. */
  blow(): void {
    for (const player of this.#players) {
      this.#command(player);
      if (this.#falls(TALK)) player.talk();
      this.#trouble(player);
    }
    if (this.#falls(TELL)) this.#room.wishes.push(this.#wish());
    if (this.#frozenTicks > 0) {
      if (--this.#frozenTicks === 0) this.#world.clock.server.thaw();
    } else if (this.#falls(FREEZE)) {
      this.freezes++;
      this.#frozenTicks = 1 + this.#index(FREEZE_TICKS);
      this.#world.clock.server.freeze();
    }
  }

  #command(player: Player): void {
    let left = this.#commandsPerTick;
    for (; left >= 1; left--) player.say(this.#dice(), this.#falls(0.3));
    if (this.#falls(left)) player.say(this.#dice(), this.#falls(0.3));
  }

  #trouble(player: Player): void {
    const { weather } = player;
    if (this.#falls(ODDS.delay)) weather.delayMs = this.#index(DELAY_MS);
    if (this.#falls(ODDS.throttle)) {
      const isSlow = Number.isFinite(weather.bytesPerMs);
      weather.bytesPerMs = isSlow ? CALM.bytesPerMs : SLOWEST * (1 + this.#index(10));
    }
    if (this.#falls(ODDS.blackHole)) weather.blackHole = !weather.blackHole;
    if (this.#falls(ODDS.cut)) {
      this.cuts++;
      player.cut(this.#falls(0.7), this.#falls(0.7));
    }
    if (this.#falls(ODDS.offline)) player.page.room?.session.lifeline.offline();
    if (this.#falls(ODDS.reload)) player.reload(this.#falls(0.5));
    if (this.#falls(ODDS.tab)) player.duplicate();
  }

  #wish(): Wish {
    const dice = this.#index(5);
    if (dice > 1) return { to: "all" };
    const sessionIds = this.#players.map(({ sessionId }) => sessionId);
    if (dice === 1) return { to: "some", sessionIds: sessionIds.filter(() => this.#falls(0.5)) };
    return { to: "one", sessionId: sessionIds[this.#index(sessionIds.length)]! };
  }

  #dice(): SimCommand {
    return SAID[this.#index(SAID.length)]!;
  }

  #falls(odds: number): boolean {
    return this.#world.random() < odds;
  }

  #index(count: number): number {
    return Math.floor(this.#world.random() * count);
  }
}
