/**
 * A whole world of one seed: processes with real keepers over one store, players with real outboxes, and a storm over all of it. When
 * it has passed, everyone has to be served within CALM_MS, and the histories are judged.
 */
import { SimClock } from "../support/sim/sim-clock.ts";
import { faultsOf } from "./checker.ts";
import { Dice } from "./dice.ts";
import { Havoc } from "./havoc.ts";
import type { Step, WorldHistory } from "./history.ts";
import { type HostCounts, SimHost, type Surroundings } from "./sim-host.ts";
import { SimClient } from "./sim-client.ts";
import { SimStore } from "./sim-store.ts";
import { type Line, Story } from "./story.ts";
import { type Happening, SLOT_MS, Storm, type Trouble } from "./storm.ts";
import { type Hello, Wire } from "./wire.ts";

/** How long the weather is bad. */
const STORM_MS = 10_000;
/** Everyone is served so long after it. */
const CALM_MS = 10_000;
/** It has to last. */
const REST_MS = 1_000;
const START_MS = 300;
/** Of a test that waits for something, ms. */
const PATIENCE_MS = 20_000;
const ADDRESSES = ["a", "b", "c"] as const;
const ROOMS = ["red", "blue"] as const;

/** What is left to the dice unless it is said. */
export interface WorldShape {
  /** 2 or 3. */
  readonly places?: number;
  /** 1 or 2. */
  readonly rooms?: number;
  /** What its storm may do. */
  readonly troubles?: readonly Trouble[];
}

export interface WorldReport {
  readonly faults: readonly string[];
  readonly history: WorldHistory;
  readonly lines: readonly Line[];
  readonly troubles: Readonly<Partial<Record<Happening, number>>>;
  readonly hosts: Readonly<HostCounts>;
  /** Until everyone was served, after the storm. */
  readonly calmMs: number;
  readonly simulatedMs: number;
}

export class World {
  readonly clock = new SimClock();
  readonly story = new Story(() => this.now);
  readonly dice: Dice;
  readonly store: SimStore;
  readonly havoc = new Havoc(this);
  /** Who listens at each address; undefined while nobody does. */
  readonly places: (SimHost | undefined)[] = [];
  readonly players: SimClient[] = [];
  readonly rooms: readonly string[];
  readonly #addresses: readonly string[];
  readonly #surroundings: Surroundings;
  readonly #steps: Step[] = [];
  readonly #counts: HostCounts = { restores: 0, freezes: 0, drops: 0 };
  readonly #troubles: readonly Trouble[] | undefined;
  #incarnations = 0;
  #storm: Storm | undefined;
  #isCalm = false;

  constructor(seed: number, shape: WorldShape = {}) {
    this.dice = new Dice(seed);
    this.store = new SimStore(this.clock, this.story);
    const isThere = (host: SimHost) => !host.clock.isPaused && !this.havoc.isApart(host.processId);
    this.#surroundings = {
      clock: this.clock,
      dice: this.dice,
      store: this.store,
      story: this.story,
      steps: this.#steps,
      counts: this.#counts,
      at: (address) => this.places[this.#addresses.indexOf(address)],
      onRestore: (host) => this.#storm?.restoring(this.places.indexOf(host)),
      isReachable: ({ processId }) => !this.havoc.isApart(processId),
      isAlone: (host) =>
        this.havoc.isApart(host.processId) ||
        !this.places.some((other) => other !== undefined && other !== host && isThere(other) && other.reachesStore),
    };
    this.#troubles = shape.troubles;
    this.#addresses = ADDRESSES.slice(0, shape.places ?? this.dice.between(2, 3));
    this.rooms = ROOMS.slice(0, shape.rooms ?? this.dice.between(1, 2));
  }

  get now(): number {
    return this.clock.now();
  }

  /** Every room is run by a living process that can write, and nobody took it since: one who did and died leaves it to the store alone. */
  get isHealthy(): boolean {
    return this.store.isUp && this.rooms.every((roomId) => this.#isInGoodHands(roomId));
  }

  #isInGoodHands(roomId: string): boolean {
    const [host] = this.#runners(roomId);
    if (host === undefined || host.clock.isPaused || host.link.cut !== undefined || host.isDraining) return false;
    const claim = this.store.history.findLast((event) => event.kind === "claimed" && event.roomId === roomId);
    return claim?.kind === "claimed" && claim.epoch <= host.rooms.get(roomId)!.epoch;
  }

  /** Some room is nowhere but in its owner's memory: whoever kills that one ends the room, and rightly. */
  get isSparing(): boolean {
    return this.store.hasSinceMs(this.rooms) === Number.POSITIVE_INFINITY;
  }

  /** Everyone is served, and no room is run twice. */
  get isAtRest(): boolean {
    const isServed = this.players.every((player) => player.isServed);
    return isServed && this.rooms.every((roomId) => this.#runners(roomId).length === 1);
  }

  /** Where the room runs, of several the one of the highest epoch; -1: nowhere. */
  placeOf(roomId: string): number {
    return this.places.indexOf(this.#runners(roomId)[0]);
  }

  async open(): Promise<void> {
    for (const place of this.#addresses.keys()) this.start(place);
    await this.clock.advance(START_MS);
    for (const roomId of this.rooms) {
      void this.places[this.dice.between(0, this.places.length - 1)]!.make(roomId);
      await this.clock.advance(SLOT_MS);
      for (let left = this.dice.between(1, 2); left > 0; left--) this.#join(roomId);
    }
    await this.clock.advance(START_MS);
  }

  async storm(): Promise<void> {
    this.#storm = new Storm(this, this.#troubles);
    for (let leftMs = STORM_MS; leftMs > 0; leftMs -= SLOT_MS) {
      this.store.keepLeases();
      await this.#storm.blow();
      await this.clock.advance(SLOT_MS);
    }
  }

  /** Waits until everyone is served, and judges. */
  async finish(): Promise<WorldReport> {
    this.#clearUp();
    const calmFromMs = this.now;
    let restMs = 0;
    while (this.now < calmFromMs + CALM_MS && restMs < REST_MS) {
      await this.clock.advance(SLOT_MS);
      restMs = this.isAtRest ? restMs + SLOT_MS : 0;
    }
    const history = this.#history();
    return {
      faults: faultsOf(history),
      history,
      lines: this.story.lines,
      troubles: this.#storm?.counts ?? {},
      hosts: this.#counts,
      calmMs: this.now - calmFromMs - restMs,
      simulatedMs: this.now,
    };
  }

  /** Lets time pass, millisecond by millisecond. */
  async until(what: string, isSo: () => boolean): Promise<void> {
    for (const endMs = this.now + PATIENCE_MS; !isSo(); await this.clock.advance(1))
      if (this.now > endMs) throw new Error(`waited ${PATIENCE_MS} ms in vain: ${what}`);
  }

  start(place: number): void {
    const host = new SimHost(this.#addresses[place]!, ++this.#incarnations, this.#surroundings);
    this.places[place] = host;
    this.story.tell(host.processId, "starts");
    void host.keeper.start();
  }

  /** Not once the weather is good again: its end puts everything right. */
  later(afterMs: number, fn: () => void): void {
    this.clock.after(afterMs, () => {
      if (!this.#isCalm) fn();
    });
  }

  #join(roomId: string): void {
    const player = new SimClient(`p${this.players.length}`, roomId, this.clock, {
      doors: this.#addresses,
      open: (address, hello) => this.#dial(address, hello),
      tell: (who, what) => this.story.tell(who, what),
    });
    this.players.push(player);
    player.connect();
  }

  #dial(address: string, hello: Hello): Wire {
    const host = this.#surroundings.at(address);
    const wire = new Wire(this.clock, host?.clock ?? this.clock, this.dice, address, hello);
    if (host === undefined) wire.close({ why: "lost" });
    else host.take(wire);
    return wire;
  }

  /** The storm is over at once, and who is dead comes back. */
  #clearUp(): void {
    this.story.tell("storm", "is over");
    this.#isCalm = true;
    this.store.isUp = true;
    this.havoc.end();
    for (const [place, host] of this.places.entries()) {
      if (host === undefined) {
        this.start(place);
        continue;
      }
      host.clock.goOn();
      host.unmute();
      host.link.cut = undefined;
      Object.assign(host.link.weather, { breaks: 0, slow: 0 });
      if (host.isDraining) {
        host.die();
        this.start(place);
      }
    }
  }

  /** Those that run it, the one of the highest epoch first. */
  #runners(roomId: string): SimHost[] {
    const running = this.places.filter((host) => {
      const room = host?.rooms.get(roomId);
      return room?.isOpen === true && !room.isFrozen;
    }) as SimHost[];
    return running.sort((one, other) => other.rooms.get(roomId)!.epoch - one.rooms.get(roomId)!.epoch);
  }

  #history(): WorldHistory {
    const states = new Map<string, ReadonlyMap<string, readonly string[]>>();
    for (const roomId of this.rooms) {
      const [owner] = this.#runners(roomId);
      if (owner !== undefined) states.set(roomId, owner.rooms.get(roomId)!.lists);
    }
    return { store: this.store.history, steps: this.#steps, players: this.players, states };
  }
}

export async function runWorld(seed: number, shape: WorldShape = {}): Promise<WorldReport> {
  const world = new World(seed, shape);
  await world.open();
  await world.storm();
  return world.finish();
}
