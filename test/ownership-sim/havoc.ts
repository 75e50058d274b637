/**
 * What can be done to a simulated world, by a storm or by a test. Each answers whether it could be done, and ends by itself after a while,
 * or with the world's bad weather. What would lose a room for good, and rightly, is not done: see World.isSparing.
 */
import type { World } from "./world.ts";

/** A process comes back so long after it was asked to go, ms. */
const REPLACED_MS = 200;

export class Havoc {
  readonly #world: World;
  /** Processes that no other one hears, and that hear none. */
  readonly #apart = new Set<string>();

  constructor(world: World) {
    this.#world = world;
  }

  /** kill -9. */
  crash(place: number, forMs: number): boolean {
    const { places, story } = this.#world;
    const host = places[place];
    if (host === undefined) return false;
    story.tell("storm", `kills ${host.processId} for ${forMs} ms`);
    host.die();
    places[place] = undefined;
    this.#world.later(forMs, () => this.#world.start(place));
    return true;
  }

  /** It is stopped and knows nothing of it. */
  pause(place: number, forMs: number): boolean {
    const host = this.#world.places[place];
    if (host === undefined || host.clock.isPaused) return false;
    this.#world.story.tell("storm", `stops ${host.processId} for ${forMs} ms`);
    host.clock.pause();
    this.#world.later(forMs, () => host.clock.goOn());
    return true;
  }

  /** It cannot reach the store: it is told so, or nothing comes back. */
  cut(place: number, isRefused: boolean, forMs: number): boolean {
    const host = this.#world.places[place];
    if (host === undefined || host.link.cut !== undefined) return false;
    const cut = isRefused ? "refused" : "swallowed";
    this.#world.story.tell("storm", `cuts ${host.processId} off the store for ${forMs} ms: ${cut}`);
    host.link.cut = cut;
    this.#world.later(forMs, () => (host.link.cut = undefined));
    return true;
  }

  /** It cannot reach the other processes. */
  separate(place: number, forMs: number): boolean {
    const processId = this.#world.places[place]?.processId;
    if (processId === undefined) return false;
    this.#world.story.tell("storm", `cuts ${processId} off the others for ${forMs} ms`);
    this.#apart.add(processId);
    this.#world.later(forMs, () => this.#apart.delete(processId));
    return true;
  }

  isApart(processId: string): boolean {
    return this.#apart.has(processId);
  }

  /** It cannot reach the other processes, and its subscription is gone: they take it for dead while it plays and writes. */
  mute(place: number, forMs: number): boolean {
    const host = this.#world.places[place];
    if (host === undefined || !this.separate(place, forMs)) return false;
    this.#world.story.tell("storm", `closes the subscription of ${host.processId} for ${forMs} ms`);
    host.mute();
    this.#world.later(forMs, () => host.unmute());
    return true;
  }

  /** Its players' connections break. */
  hang(place: number): boolean {
    const host = this.#world.places[place];
    if (host === undefined) return false;
    this.#world.story.tell("storm", `breaks the connections of ${host.processId}`);
    host.breakWires();
    return true;
  }

  /** Of its calls to the store, so many break and so many are slow. */
  setWeather(place: number, breaks: number, slow: number): boolean {
    const host = this.#world.places[place];
    if (host === undefined) return false;
    this.#world.story.tell("storm", `lets ${breaks} of ${host.processId}'s calls to the store break, ${slow} be slow`);
    Object.assign(host.link.weather, { breaks, slow });
    return true;
  }

  /** The store is away for a while, and has lost its last `backMs` when it is back. */
  async takeDown(forMs: number, backMs: number): Promise<boolean> {
    const { store, story, now } = this.#world;
    if (!store.isUp) return false;
    if (backMs > 0) await this.goBack(now - backMs);
    story.tell("storm", `stops the store for ${forMs} ms`);
    store.isUp = false;
    this.#world.later(forMs, () => (store.isUp = true));
    return true;
  }

  /** Where nobody living could write a room anew, not to where the store had none. */
  async goBack(toMs: number): Promise<boolean> {
    const { store, rooms, isHealthy, now } = this.#world;
    const earliestMs = isHealthy ? 0 : store.hasSinceMs(rooms);
    if (!store.isUp || earliestMs > now) return false;
    await store.goBack(Math.max(toMs, earliestMs));
    return true;
  }

  /** The store loses everything, while every owner lives and reaches it. */
  async empty(): Promise<boolean> {
    if (!this.#world.isHealthy) return false;
    await this.#world.store.empty();
    return true;
  }

  /** As on SIGTERM: it hands its rooms over, and is gone after a while. */
  drain(place: number, forMs: number): boolean {
    const { places, story } = this.#world;
    const host = places[place];
    if (host === undefined || host.isDraining) return false;
    story.tell("storm", `asks ${host.processId} to go within ${forMs} ms`);
    void host.drain();
    this.#world.later(forMs, () => {
      if (places[place] === host) this.crash(place, REPLACED_MS);
    });
    return true;
  }

  /** All of it is over. */
  end(): void {
    this.#apart.clear();
  }
}
