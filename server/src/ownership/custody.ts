/**
 * Whose rooms a host has, and where the others are. Alone on its store it takes back what the process before it left; where several
 * share a store, a keeper decides (keeper.ts).
 */
import { matchMaker } from "@colyseus/core";
import { LIMITS } from "@ninelives/shared-schema";
import type { RoomServices } from "../room/services.ts";
import { takeOverAll } from "../room/take-over.ts";
import type { Found, Others } from "../socket/door.ts";
import { hostKeeper, type HostKeeperOptions } from "./host-keeper.ts";
import type { Keeper } from "./keeper.ts";
import type { LocalRoom } from "./ports.ts";

/** Between two looks whether a room that is being made has its log, ms. */
const LOOK_MS = 10;

export interface Custody extends Others {
  /** This process may change its rooms. Asked before every tick. */
  isSure(): boolean;
  /** The store refused what a room appended at this epoch. */
  fenced(roomId: string, epoch: number): void;
  /** A player has seen a later epoch of a room than ours. */
  heard(roomId: string, epoch: number): void;
  /** What other processes are told that ask. */
  readonly canReachStore: boolean;
  /** That process, or this one, is going away: no new room for it. */
  isLeaving(processId: string): boolean;
  /** To be called when rooms can be made. Resolves when those that this process is to have are here, or are on their way. */
  begin(services: RoomServices): Promise<void>;
  /** Lets every room go on elsewhere, as it is. */
  handOver(): Promise<void>;
  close(): Promise<void>;
}

/** Nobody else uses the store. */
export class SoloCustody implements Custody {
  readonly canReachStore = true;
  readonly #begun = Promise.withResolvers<void>();
  #services: RoomServices | undefined;

  isSure(): boolean {
    return true;
  }

  fenced(roomId: string): void {
    void this.#services?.rooms.drop(roomId, undefined);
  }

  heard(): void {}

  isLeaving(): boolean {
    return false;
  }

  doors(): readonly string[] {
    return [];
  }

  async where(roomId: string): Promise<Found> {
    await this.#begun.promise;
    return matchMaker.getLocalRoomById(roomId) === undefined ? "gone" : "here";
  }

  async begin(services: RoomServices): Promise<void> {
    this.#services = services;
    await takeOverAll(await services.store.unfinished(), services);
    this.#begun.resolve();
  }

  async handOver(): Promise<void> {
    const { rooms, store } = this.#services!;
    if (!store.outlivesProcess) return;
    await eachOf(rooms.owned(), LIMITS.restoresAtOnce, async ({ roomId }) => {
      await rooms.release(roomId);
      await rooms.move(roomId, undefined);
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Several processes use the store. */
export class SharedCustody implements Custody {
  readonly #options: Omit<HostKeeperOptions, "services" | "isDraining">;
  readonly #begun = Promise.withResolvers<Keeper>();
  #keeper: Keeper | undefined;
  #services: RoomServices | undefined;
  #isDraining = false;

  constructor(options: Omit<HostKeeperOptions, "services" | "isDraining">) {
    this.#options = options;
  }

  get canReachStore(): boolean {
    return this.#keeper?.canReachStore ?? false;
  }

  isSure(): boolean {
    return this.#keeper?.check() ?? false;
  }

  fenced(roomId: string, epoch: number): void {
    void this.#keeper?.steppedDown(roomId, epoch);
  }

  heard(roomId: string, epoch: number): void {
    this.#keeper?.heardEpoch(roomId, epoch);
  }

  isLeaving(processId: string): boolean {
    return processId === matchMaker.processId ? this.#isDraining : (this.#keeper?.isLeaving(processId) ?? false);
  }

  doors(): readonly string[] {
    return this.#keeper?.doors() ?? [];
  }

  async where(roomId: string, signal: AbortSignal): Promise<Found> {
    const keeper = await this.#begun.promise;
    return keeper.where(roomId, signal);
  }

  async begin(services: RoomServices): Promise<void> {
    this.#services = services;
    this.#keeper = hostKeeper({ ...this.#options, services, isDraining: () => this.#isDraining });
    await this.#keeper.start();
    this.#begun.resolve(this.#keeper);
  }

  /**
   * Players are sent to the next owner at once: the first of them that comes has the room restored there. The next room goes when
   * this one has been claimed: each stands still for its own restore alone. Rooms that are just being made here go last. Then we
   * are off the list, before the others can take us for dead.
   */
  async handOver(): Promise<void> {
    this.#isDraining = true;
    const keeper = await this.#begun.promise;
    const { clock, rooms } = this.#services!;
    const endMs = clock.now() + LIMITS.handOverMs;
    for (;;) {
      const owned = rooms.owned();
      const made = owned.filter(({ epoch }) => epoch > 0);
      if (owned.length === 0 || clock.now() >= endMs) break;
      if (made.length > 0) await this.#handOverAll(keeper, made, endMs);
      else await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
    }
    await keeper.stop();
  }

  /** Many rooms would take too long one by one. */
  async #handOverAll(keeper: Keeper, owned: readonly LocalRoom[], endMs: number): Promise<void> {
    const { clock, rooms } = this.#services!;
    const atOnce = Math.min(LIMITS.restoresAtOnce, Math.ceil(owned.length / LIMITS.handOverRooms));
    await eachOf(owned, atOnce, async ({ roomId }) => {
      const heir = await keeper.heirOf(roomId);
      await rooms.release(roomId, heir?.processId);
      const moved = rooms.move(roomId, heir?.info.address);
      if (heir !== undefined && clock.now() < endMs) await keeper.claimed(roomId, heir);
      await moved;
    });
  }

  async close(): Promise<void> {
    await this.#options.members.close();
  }
}

/** A few at a time. */
async function eachOf<T>(items: readonly T[], atOnce: number, act: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const work = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await act(item);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}
