/**
 * Whose rooms a host has, and where the others are. Alone on its store it takes back what the process before it left; where several
 * share a store, a keeper decides (keeper.ts).
 */
import { LIMITS } from "@ninelives/shared-schema";
import { eachOf } from "../room/each-of.ts";
import type { RoomServices } from "../room/services.ts";
import { takeOverAll } from "../room/take-over.ts";
import type { Found, Others } from "../socket/door.ts";
import { FailingRooms } from "./failing-rooms.ts";
import { HandOver, leaveTo } from "./hand-over.ts";
import { HeavyRooms } from "./heavy-rooms.ts";
import { hostKeeper, type HostKeeperOptions } from "./host-keeper.ts";
import type { Keeper } from "./keeper.ts";
import type { Maker } from "./placement.ts";

export interface Custody extends Others {
  /** This process may change its rooms. Asked before every tick. */
  isSure(): boolean;
  /** The store refused what a room appended at this epoch. */
  fenced(roomId: string, epoch: number): void;
  /** A room's own code throws at every step. */
  failing(roomId: string): void;
  /** A room is over its budget although it is held back, and uses `load` of this process. */
  heavy(roomId: string, load: number): void;
  /** A player has seen a later epoch of a room than ours. */
  heard(roomId: string, epoch: number): void;
  /** What other processes are told that ask. */
  readonly canReachStore: boolean;
  /** Since the store answered last, ms. */
  readonly quietMs: number;
  /** Rooms can be found and made. */
  readonly isStoreThere: boolean;
  /** To be called when rooms can be made. Resolves when those that this process is to have are here, or are on their way. */
  begin(services: RoomServices): Promise<void>;
  /** Processes that may make a room of this type; undefined: any may. */
  makersOf(type: string): readonly Maker[] | undefined;
  /** Other processes that take no player who has no seat, as far as is known. */
  closed(): readonly string[];
  /** As far as is known. */
  mayLive(processId: string): boolean;
  /**
   * Lets every room go on elsewhere, as it is. `onFinish` is called when some of them can go nowhere: they are played to their end
   * here, and that may take so long.
   */
  handOver(onFinish: (withinMs: number) => void): Promise<void>;
  close(): Promise<void>;
}

/** Nobody else uses the store. */
export class SoloCustody implements Custody {
  readonly canReachStore = true;
  readonly quietMs = 0;
  readonly isStoreThere = true;
  readonly #begun = Promise.withResolvers<void>();
  #services: RoomServices | undefined;
  #failing: FailingRooms | undefined;
  #heavy: HeavyRooms | undefined;

  isSure(): boolean {
    return true;
  }

  fenced(roomId: string): void {
    void this.#services?.rooms.drop(roomId, undefined);
  }

  failing(roomId: string): void {
    void this.#failing?.failed(roomId);
  }

  heavy(roomId: string, load: number): void {
    void this.#heavy?.heavy(roomId, load);
  }

  heard(): void {}

  doors(): readonly string[] {
    return [];
  }

  async where(roomId: string): Promise<Found> {
    await this.#begun.promise;
    await this.#failing!.settled(roomId);
    return this.#services!.rooms.get(roomId) === undefined ? "gone" : "here";
  }

  makersOf(): undefined {
    return undefined;
  }

  closed(): readonly string[] {
    return [];
  }

  mayLive(): boolean {
    return true;
  }

  async begin(services: RoomServices): Promise<void> {
    this.#services = services;
    this.#failing = new FailingRooms(services, (room) => takeOverAll([room], services));
    this.#heavy = new HeavyRooms(services, () => Promise.resolve(false));
    await takeOverAll(await services.store.unfinished(), services);
    this.#begun.resolve();
  }

  async handOver(): Promise<void> {
    const { rooms, store } = this.#services!;
    if (!store.outlivesProcess) return;
    await eachOf(rooms.owned(), LIMITS.restoresAtOnce, async ({ roomId }) => {
      const { moving } = await leaveTo(this.#services!, roomId, undefined);
      await moving;
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
  #failing: FailingRooms | undefined;
  #heavy: HeavyRooms | undefined;
  #isDraining = false;

  constructor(options: Omit<HostKeeperOptions, "services" | "isDraining">) {
    this.#options = options;
  }

  get canReachStore(): boolean {
    return this.#keeper?.storeMemory.canBeReached ?? false;
  }

  get quietMs(): number {
    return this.#keeper?.storeMemory.quietMs ?? Number.POSITIVE_INFINITY;
  }

  get isStoreThere(): boolean {
    return this.#keeper?.storeMemory.isThere ?? false;
  }

  isSure(): boolean {
    return this.#keeper?.check() ?? false;
  }

  fenced(roomId: string, epoch: number): void {
    void this.#keeper?.steppedDown(roomId, epoch);
  }

  failing(roomId: string): void {
    void this.#failing?.failed(roomId);
  }

  heavy(roomId: string, load: number): void {
    if (!this.#isDraining) void this.#heavy?.heavy(roomId, load);
  }

  heard(roomId: string, epoch: number): void {
    this.#keeper?.heardEpoch(roomId, epoch);
  }

  doors(): readonly string[] {
    return this.#keeper?.doors() ?? [];
  }

  async where(roomId: string, signal: AbortSignal): Promise<Found> {
    const keeper = await this.#begun.promise;
    if (this.#services!.rooms.unlogged().some((room) => room.roomId === roomId)) return "here";
    return keeper.where(roomId, signal);
  }

  async begin(services: RoomServices): Promise<void> {
    this.#services = services;
    this.#keeper = hostKeeper({ ...this.#options, services, isDraining: () => this.#isDraining });
    const keeper = this.#keeper;
    this.#failing = new FailingRooms(services, (room) => keeper.again(room));
    this.#heavy = new HeavyRooms(services, async (roomId, load) => {
      const to = await keeper.relieverOf(roomId, load);
      if (to === undefined || this.#isDraining) return false;
      const { isReleased, moving } = await leaveTo(services, roomId, to);
      await moving;
      return isReleased;
    });
    await keeper.start();
    this.#begun.resolve(this.#keeper);
  }

  makersOf(type: string): readonly Maker[] | undefined {
    const makers = this.#keeper?.makersOf(type);
    return makers?.map(({ processId, info: { rooms, load, rung, closed, region } }) => {
      return { processId, rooms, load, rung, closed, region };
    });
  }

  closed(): readonly string[] {
    return this.#keeper?.closed() ?? [];
  }

  mayLive(processId: string): boolean {
    return this.#keeper?.mayLive(processId) ?? true;
  }

  /** Then we are off the list, before the others can take us for dead. */
  async handOver(onFinish: (withinMs: number) => void): Promise<void> {
    this.#isDraining = true;
    const keeper = await this.#begun.promise;
    await new HandOver(keeper, this.#services!).run(onFinish);
    await keeper.stop();
  }

  async close(): Promise<void> {
    await this.#options.members.close();
  }
}
