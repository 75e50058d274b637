/**
 * Whose rooms a host has, and where the others are. Alone on its store it takes back what the process before it left; where several
 * share a store, a keeper decides (keeper.ts).
 */
import { matchMaker } from "@colyseus/core";
import { LIMITS } from "@ninelives/shared-schema";
import type { RoomServices } from "../room/services.ts";
import { takeOverAll } from "../room/take-over.ts";
import type { Found, Others } from "../socket/door.ts";
import { finish } from "./finish.ts";
import { hostKeeper, type HostKeeperOptions } from "./host-keeper.ts";
import type { Keeper } from "./keeper.ts";
import type { Member } from "./members.ts";

export interface Custody extends Others {
  /** This process may change its rooms. Asked before every tick. */
  isSure(): boolean;
  /** The store refused what a room appended at this epoch. */
  fenced(roomId: string, epoch: number): void;
  /** A player has seen a later epoch of a room than ours. */
  heard(roomId: string, epoch: number): void;
  /** What other processes are told that ask. */
  readonly canReachStore: boolean;
  /** To be called when rooms can be made. Resolves when those that this process is to have are here, or are on their way. */
  begin(services: RoomServices): Promise<void>;
  /** Processes that may make a room of this type; undefined: any. */
  makersOf(type: string): readonly string[] | undefined;
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
  readonly #begun = Promise.withResolvers<void>();
  #services: RoomServices | undefined;

  isSure(): boolean {
    return true;
  }

  fenced(roomId: string): void {
    void this.#services?.rooms.drop(roomId, undefined);
  }

  heard(): void {}

  doors(): readonly string[] {
    return [];
  }

  async where(roomId: string): Promise<Found> {
    await this.#begun.promise;
    return matchMaker.getLocalRoomById(roomId) === undefined ? "gone" : "here";
  }

  makersOf(): undefined {}

  async begin(services: RoomServices): Promise<void> {
    this.#services = services;
    await takeOverAll(await services.store.unfinished(), services);
    this.#begun.resolve();
  }

  async handOver(): Promise<void> {
    const { rooms, store } = this.#services!;
    if (!store.outlivesProcess) return;
    await eachOf(rooms.owned(), async ({ roomId }) => {
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

  makersOf(type: string): readonly string[] | undefined {
    return this.#keeper?.makersOf(type);
  }

  /** Players are sent to the next owner at once: the first of them that comes has the room restored there. */
  async handOver(onFinish: (withinMs: number) => void): Promise<void> {
    this.#isDraining = true;
    const keeper = await this.#begun.promise;
    const { rooms, finishWithinMs, clock, logger } = this.#services!;
    const stranded: string[] = [];
    await eachOf(rooms.owned(), async ({ roomId }) => {
      const heir = await keeper.heirOf(roomId);
      if (heir === "stranded") stranded.push(roomId);
      else await this.#handOver(roomId, heir === "nobody" ? undefined : heir);
    });
    if (stranded.length === 0) return;
    logger.warn(
      { rooms: stranded, withinMs: finishWithinMs },
      "no other process can go on with these matches: they are played to their end here",
    );
    onFinish(finishWithinMs);
    const options = {
      clock,
      withinMs: finishWithinMs,
      heirOf: (roomId: string) => keeper.heirOf(roomId),
      rooms: {
        isHere: (roomId: string) => rooms.get(roomId) !== undefined,
        close: (roomId: string) => rooms.close(roomId),
        handOver: (roomId: string, to: Member | undefined) => this.#handOver(roomId, to),
        setAside: (roomId: string) => this.#setAside(roomId),
      },
    };
    await Promise.all(stranded.map((roomId) => finish(roomId, options)));
  }

  async #handOver(roomId: string, to: Member | undefined): Promise<void> {
    const { rooms } = this.#services!;
    await rooms.release(roomId);
    await rooms.move(roomId, to?.info.address);
  }

  /** Its log ends with a snapshot of the last tick. */
  async #setAside(roomId: string): Promise<void> {
    const { rooms, store, logger } = this.#services!;
    await rooms.release(roomId);
    const current = await store.ownerOf(roomId);
    if (current !== undefined) await store.quarantine(roomId, current.epoch);
    logger.warn(
      { roomId },
      "a match that no other process can go on with is not over: it is set aside, its log is kept",
    );
    await rooms.part(roomId);
  }

  async close(): Promise<void> {
    await this.#keeper?.stop();
    await this.#options.members.close();
  }
}

/** A few at a time. */
async function eachOf<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const work = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await act(item);
  };
  await Promise.all(Array.from({ length: LIMITS.restoresAtOnce }, work));
}
