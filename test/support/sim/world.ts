/**
 * A whole world of one seed: a real room on a real host, real clients, and between them lines that a storm or a test breaks.
 * Then the weather clears, everything has to finish, and both sides' histories are compared.
 */
import { Random, seedWords } from "@ninelives/shared-schema";
import { faultsOf, placeOf } from "./checker.ts";
import type { SeatHistory, ServerHistory } from "./history.ts";
import { Player } from "./player.ts";
import { CALM } from "./sim-link.ts";
import { PERIOD_MS, SimRoom } from "./sim-room.ts";
import { faultsOfTalk } from "./talk.ts";
import { matchmake, startUniverse, type Surroundings, type Universe, untilSettled } from "./universe.ts";
import { Storm } from "./weather.ts";

/** After the weather has cleared, at most so many ticks until everything is answered; then some in which nothing may come twice. */
const CALM_TICKS = 4_000;
const LAST_TICKS = 20;
const MOST_PLAYERS = 3;

export interface WorldSize {
  /** Ticks of bad weather. */
  readonly stormTicks: number;
  /** Commands of a player in a tick, on average. */
  readonly commandsPerTick: number;
}

export const SMALL: WorldSize = { stormTicks: 300, commandsPerTick: 0.3 };
export const LARGE: WorldSize = { stormTicks: 600, commandsPerTick: 3 };

/** What happened, in figures. */
export interface WorldCounts {
  /** Said by players; ran and were answered. */
  readonly commands: number;
  readonly answered: number;
  readonly events: number;
  /** Messages of the topic. */
  readonly messages: number;
  readonly gaps: number;
  readonly cuts: number;
  readonly reloads: number;
  readonly tabs: number;
  readonly freezes: number;
}

export interface WorldReport {
  readonly faults: readonly string[];
  readonly counts: WorldCounts;
  readonly server: ServerHistory;
  readonly seats: readonly SeatHistory[];
}

export class World {
  readonly players: readonly Player[];
  readonly room: SimRoom;
  readonly surroundings: Surroundings;
  readonly #universe: Universe;

  private constructor(universe: Universe, surroundings: Surroundings, players: readonly Player[], room: SimRoom) {
    this.#universe = universe;
    this.surroundings = surroundings;
    this.players = players;
    this.room = room;
  }

  /** `players`: how many; default what the seed says. Every world has a host of its own, as old as itself. */
  static async open(seed: number, players?: number): Promise<World> {
    const universe = await startUniverse();
    const { host, clock } = universe;
    const chance = new Random(seedWords(seed));
    const surroundings: Surroundings = {
      clock,
      random: () => chance.range(0, 1),
      fetch: matchmake as typeof fetch,
      take: (connection, request) => host.take(connection, request),
    };
    const seated: Player[] = [];
    for (let left = players ?? 1 + chance.index(MOST_PLAYERS); left > 0; left--) {
      const player = new Player(`p${seated.length}`, surroundings);
      await untilSettled(clock, player.join(seated[0]?.page.room!.roomId));
      seated.push(player);
    }
    return new World(universe, surroundings, seated, host.inside<SimRoom>(seated[0]!.page.room!.roomId));
  }

  async ticks(count = 1): Promise<void> {
    for (; count > 0; count--) {
      await this.surroundings.clock.advance(PERIOD_MS);
      for (const player of this.players) player.settle();
    }
  }

  /** The weather clears; resolves with every fault once nothing is on its way any more, or should not be. */
  async finish(): Promise<string[]> {
    this.surroundings.clock.server.thaw();
    for (const { weather } of this.players) Object.assign(weather, CALM);
    for (let left = CALM_TICKS; left > 0 && !this.#isDone; left--) await this.ticks();
    await this.ticks(LAST_TICKS);
    const talks = this.players.flatMap((player) => player.talks);
    return [...faultsOf(this.room, this.players), ...faultsOfTalk(talks), ...this.#faultsOfStates()];
  }

  async close(): Promise<void> {
    await this.#universe.stop();
    for (const page of this.players.flatMap(({ pages }) => pages)) page.release();
  }

  get #isDone(): boolean {
    const told = ({ sessionId }: Player) => this.room.emitted.filter(({ to }) => to.has(sessionId)).length;
    const heard = Math.max(0, ...this.players.flatMap(({ pages }) => pages).map(({ talk }) => talk.heard.length));
    return this.players.every(
      (player) =>
        player.isDone &&
        this.#seesState(player) &&
        placeOf(player, player.page) === told(player) &&
        player.page.talk.heard.length === heard,
    );
  }

  /** At rest everyone sees the room's own state. */
  #faultsOfStates(): string[] {
    const blind = this.players.filter((player) => !this.#seesState(player));
    return blind.map(
      ({ name, page }) =>
        `${name}: ${page.refusal?.name ?? page.room?.connection.state}: another state than the room's`,
    );
  }

  #seesState({ page }: Player): boolean {
    const { count, mark } = this.room.state;
    return page.room?.state.count === count && page.room.state.mark === mark;
  }
}

export async function runWorld(seed: number, size: WorldSize): Promise<WorldReport> {
  const world = await World.open(seed);
  try {
    return await weather(world, size);
  } finally {
    await world.close();
  }
}

async function weather(world: World, size: WorldSize): Promise<WorldReport> {
  const { players, room } = world;
  const storm = new Storm(world, size.commandsPerTick);
  for (let left = size.stormTicks; left > 0; left--) {
    storm.blow();
    await world.ticks();
  }
  const faults = await world.finish();
  const pages = players.flatMap((player) => player.pages);
  const issued = pages.flatMap((page) => page.issued);
  const counts = {
    commands: issued.length,
    answered: issued.filter(({ ended }) => ended?.ok === true).length,
    events: room.emitted.length,
    messages: pages.flatMap(({ talk }) => talk.said).filter(({ ended }) => typeof ended === "number").length,
    gaps: pages.flatMap(({ heard }) => heard).filter(({ kind }) => kind === "gap").length,
    cuts: storm.cuts,
    reloads: players.reduce((sum, { reloads }) => sum + reloads, 0),
    tabs: players.reduce((sum, { tabs }) => sum + tabs, 0),
    freezes: storm.freezes,
  };
  return { faults, counts, server: room, seats: players };
}
