/**
 * A whole world of one seed: processes with real keepers over one store, players with real outboxes, and a storm over all of it. When
 * it has passed, everyone has to be served within CALM_MS, and the histories are judged.
 */
import { SimClock } from "../support/sim/sim-clock.ts";
import { faultsOf } from "./checker.ts";
import { Dice } from "./dice.ts";
import type { Step, WorldHistory } from "./history.ts";
import { SimClient } from "./sim-client.ts";
import { SimHost, type Surroundings } from "./sim-host.ts";
import { SimStore } from "./sim-store.ts";
import { SLOT_MS, Storm, type Trouble } from "./storm.ts";
import { type Hello, Wire } from "./wire.ts";

/** How long the weather is bad. */
const STORM_MS = 10_000;
/** Everyone is served so long after it. */
const CALM_MS = 10_000;
/** It has to last. */
const REST_MS = 1_000;
const START_MS = 300;

export interface WorldReport {
  readonly faults: readonly string[];
  readonly history: WorldHistory;
  readonly troubles: Readonly<Record<Trouble, number>>;
  /** Until everyone was served, after the storm. */
  readonly calmMs: number;
  readonly simulatedMs: number;
}

export class World {
  readonly clock = new SimClock();
  readonly dice: Dice;
  readonly store: SimStore;
  /** Who listens at each address; undefined while nobody does. */
  readonly places: (SimHost | undefined)[] = [];
  readonly players: SimClient[] = [];
  readonly hosts: SimHost[] = [];
  readonly #steps: Step[] = [];
  readonly #apart = new Set<string>();
  readonly #surroundings: Surroundings;
  readonly #addresses: string[];
  readonly rooms: readonly string[];
  #incarnations = 0;
  #storm: Storm | undefined;

  constructor(seed: number) {
    this.dice = new Dice(seed);
    this.store = new SimStore(this.clock);
    this.#surroundings = {
      clock: this.clock,
      dice: this.dice,
      store: this.store,
      steps: this.#steps,
      at: (address) => this.places[this.#addresses.indexOf(address)],
      onRestore: (host) => this.#storm?.restoring(this.places.indexOf(host)),
      isReachable: ({ processId }) => !this.#apart.has(processId),
      isAlone: (host) => this.#apart.has(host.processId) || !this.places.some((other) => this.#isThereFor(host, other)),
    };
    this.#addresses = ["a", "b", "c"].slice(0, this.dice.between(2, 3));
    this.rooms = ["red", "blue"].slice(0, this.dice.between(1, 2));
  }

  get now(): number {
    return this.clock.now();
  }

  /** Every room is run by a living process that can write, and the store has nothing newer. */
  get isHealthy(): boolean {
    const isHealthy = (host: SimHost | undefined) =>
      host !== undefined && !host.clock.isPaused && host.link.cut === undefined && !host.isDraining;
    return this.store.isUp && this.rooms.every((roomId) => isHealthy(this.#runners(roomId)[0]));
  }

  /** Everyone is served, and no room is run twice. */
  get #isAtRest(): boolean {
    return (
      this.players.every(({ isServed }) => isServed) && this.rooms.every((roomId) => this.#runners(roomId).length === 1)
    );
  }

  async open(): Promise<void> {
    for (const place of this.#addresses.keys()) this.#start(place);
    await this.clock.advance(START_MS);
    for (const roomId of this.rooms) {
      void this.dice.one(this.hosts).make(roomId);
      await this.clock.advance(SLOT_MS);
      for (let left = this.dice.between(1, 2); left > 0; left--) this.#join(roomId);
    }
    await this.clock.advance(START_MS);
  }

  async run(): Promise<WorldReport> {
    const storm = new Storm(this, this.dice);
    this.#storm = storm;
    const stormEndsMs = this.now + STORM_MS;
    while (this.now < stormEndsMs) {
      this.store.keepLeases();
      await storm.blow();
      await this.clock.advance(SLOT_MS);
    }
    this.#clearUp();
    const calmFromMs = this.now;
    let restMs = 0;
    while (this.now < calmFromMs + CALM_MS && restMs < REST_MS) {
      await this.clock.advance(SLOT_MS);
      restMs = this.#isAtRest ? restMs + SLOT_MS : 0;
    }
    const calmMs = this.now - calmFromMs - restMs;
    const history = this.#history();
    return { faults: faultsOf(history), history, troubles: storm.counts, calmMs, simulatedMs: this.now };
  }

  crash(place: number, forMs: number): boolean {
    const host = this.places[place];
    if (host === undefined) return false;
    host.die();
    this.places[place] = undefined;
    this.later(forMs, () => this.#start(place));
    return true;
  }

  pause(place: number, forMs: number): boolean {
    const host = this.places[place];
    if (host === undefined || host.clock.isPaused) return false;
    host.clock.pause();
    this.later(forMs, () => host.clock.goOn());
    return true;
  }

  cut(place: number, isRefused: boolean, forMs: number): boolean {
    const host = this.places[place];
    if (host === undefined || host.link.cut !== undefined) return false;
    host.link.cut = isRefused ? "refused" : "swallowed";
    this.later(forMs, () => (host.link.cut = undefined));
    return true;
  }

  separate(place: number, forMs: number): void {
    const processId = this.places[place]?.processId;
    if (processId === undefined) return;
    this.#apart.add(processId);
    this.later(forMs, () => this.#apart.delete(processId));
  }

  setWeather(place: number, breaks: number, slow: number): void {
    const host = this.places[place];
    if (host !== undefined) Object.assign(host.link.weather, { breaks, slow });
  }

  /** It is away for a while, and has lost its last `backMs` when it is back. */
  async takeDown(forMs: number, backMs: number): Promise<boolean> {
    if (!this.store.isUp) return false;
    if (backMs > 0) await this.goBack(this.now - backMs);
    this.store.isUp = false;
    this.later(forMs, () => (this.store.isUp = true));
    return true;
  }

  /** Where nobody living could write a room anew, not to where the store had none: it would be lost for good, and rightly. */
  async goBack(toMs: number): Promise<void> {
    const earliestMs = this.isHealthy ? 0 : this.store.hasSinceMs(this.rooms);
    if (earliestMs <= this.now) await this.store.goBack(Math.max(toMs, earliestMs));
  }

  /** Some room is nowhere but in its owner's memory: whoever kills that one ends the room, and rightly. */
  get isSparing(): boolean {
    return this.store.hasSinceMs(this.rooms) === Number.POSITIVE_INFINITY;
  }

  drain(place: number, forMs: number): boolean {
    const host = this.places[place];
    if (host === undefined || host.isDraining) return false;
    void host.drain();
    this.later(forMs, () => {
      if (this.places[place] === host) this.crash(place, 200);
    });
    return true;
  }

  #isThereFor(host: SimHost, other: SimHost | undefined): boolean {
    const isOther = other !== undefined && other !== host && !this.#apart.has(other.processId);
    return isOther && !other.clock.isPaused && other.reachesStore;
  }

  #start(place: number): void {
    const host = new SimHost(this.#addresses[place]!, ++this.#incarnations, this.#surroundings);
    this.places[place] = host;
    this.hosts.push(host);
    void host.keeper.start();
  }

  #join(roomId: string): void {
    const player = new SimClient(`p${this.players.length}`, roomId, this.clock, {
      doors: this.#addresses,
      open: (address, hello) => this.#dial(address, hello),
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
    this.#storm = undefined;
    this.store.isUp = true;
    this.#apart.clear();
    for (const [place, host] of this.places.entries()) {
      if (host === undefined) {
        this.#start(place);
        continue;
      }
      host.clock.goOn();
      host.link.cut = undefined;
      Object.assign(host.link.weather, { breaks: 0, slow: 0 });
      if (host.isDraining) {
        host.die();
        this.#start(place);
      }
    }
  }

  /** Only while the storm lasts: its end puts everything right. */
  later(afterMs: number, fn: () => void): void {
    this.clock.after(afterMs, () => {
      if (this.#storm !== undefined) fn();
    });
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

export async function runWorld(seed: number): Promise<WorldReport> {
  const world = new World(seed);
  await world.open();
  return world.run();
}
