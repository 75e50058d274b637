/**
 * Finds rooms that should run and that nobody runs, and gives those that are ours to take to the rescue:
 *
 *   of the dead        everything they had; one of whom nothing is left is removed
 *   of the departing   what they have released
 *   ours               what the store says we have and we do not run: the answer to our claim was lost, or a restore failed
 *   nobody's           whose owner nobody has heard of, at two looks in a row: who claims a room beats first
 *
 * Nothing is remembered but the last look: a rescuer that dies is one of the dead, with what it has taken.
 */
import { LIMITS } from "@ninelives/shared-schema";
import type { LogStore, OwnedRoom } from "../log/store.ts";
import type { Clock } from "../tick/clock.ts";
import type { Detector } from "./detector.ts";
import type { Heir } from "./finish.ts";
import type { Member, Members } from "./members.ts";
import { candidates, place, stays, undertakers } from "./placement.ts";
import type { KeeperEvents, LocalRooms } from "./ports.ts";
import type { Rescue } from "./rescue.ts";

export interface SweepOptions {
  readonly me: string;
  readonly clock: Clock;
  readonly store: LogStore;
  readonly members: Members;
  readonly rooms: LocalRooms;
  readonly detector: Detector;
  readonly rescue: Rescue;
  readonly events: KeeperEvents;
}

export class Sweep {
  readonly #options: SweepOptions;
  #strayAtMs = Number.NEGATIVE_INFINITY;
  /** Rooms of unknown owners at the last look, with their epoch. */
  #strays = new Map<string, number>();
  /** Whose death was told. */
  readonly #mourned = new Set<string>();

  constructor(options: SweepOptions) {
    this.#options = options;
  }

  /** Who is to have the room now. `me` may be among them. */
  async successorOf(roomId: string, among: readonly Member[]): Promise<Member | undefined> {
    const kind = isUniform(among) ? undefined : await this.#options.rooms.kindOf(roomId);
    const heir = place(roomId, candidates(among, kind));
    return heir ?? (kind === undefined ? undefined : place(roomId, undertakers(among, kind)));
  }

  /** Who is to go on with a room of ours when we go away. */
  async heirOf(roomId: string, others: readonly Member[]): Promise<Heir> {
    const staying = others.filter(stays);
    if (staying.length === 0) return "nobody";
    const kind = await this.#options.rooms.kindOf(roomId);
    return place(roomId, candidates(staying, kind)) ?? "stranded";
  }

  /** One look. */
  async run(): Promise<void> {
    const { detector } = this.#options;
    const { dead } = detector;
    this.#mourn(dead);
    const departing = detector.living.filter(({ info }) => info.draining);
    const looks = [...dead.map((member) => this.#inherit(member)), ...departing.map((member) => this.#relieve(member))];
    if (this.#isStrayTime()) looks.push(this.#own(), this.#adopt());
    const results = await Promise.allSettled(looks);
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  /** The next look is for strays, too. */
  hurry(): void {
    this.#strayAtMs = Number.NEGATIVE_INFINITY;
  }

  async #inherit(dead: Member): Promise<void> {
    const { store, members, detector } = this.#options;
    const left = await store.roomsOf(dead.processId);
    if (left.length > 0) return this.#take(left);
    await members.remove(dead.processId);
    detector.removed(dead.processId);
  }

  async #relieve(departing: Member): Promise<void> {
    const { me, store } = this.#options;
    if (departing.processId === me) return;
    const rooms = await store.roomsOf(departing.processId);
    await this.#take(rooms.filter(({ owner }) => owner === ""));
  }

  async #own(): Promise<void> {
    const { me, store, rescue } = this.#options;
    for (const room of await store.roomsOf(me)) rescue.add(room);
  }

  async #adopt(): Promise<void> {
    const { store, detector } = this.#options;
    const strays = (await store.unfinished()).filter(({ owner }) => detector.find(owner) === undefined);
    const again = strays.filter(({ roomId, epoch }) => this.#strays.get(roomId) === epoch);
    this.#strays = new Map(strays.map(({ roomId, epoch }) => [roomId, epoch]));
    await this.#take(again);
  }

  /** Those that are ours to take, in the order given. */
  async #take(rooms: readonly OwnedRoom[]): Promise<void> {
    const { me, detector, rescue } = this.#options;
    for (const room of rooms) {
      const successor = await this.successorOf(room.roomId, detector.living);
      if (successor?.processId === me) rescue.add(room);
    }
  }

  /** Not in the time after an outage: others may not have come back yet. */
  #isStrayTime(): boolean {
    const { clock, detector } = this.#options;
    const nowMs = clock.now();
    if (!detector.isTrusted || nowMs - this.#strayAtMs < LIMITS.strayRoomsMs) return false;
    this.#strayAtMs = nowMs;
    return true;
  }

  #mourn(dead: readonly Member[]): void {
    const { detector, events } = this.#options;
    for (const processId of this.#mourned)
      if (!dead.some((member) => member.processId === processId)) this.#mourned.delete(processId);
    for (const member of dead) {
      if (this.#mourned.has(member.processId)) continue;
      this.#mourned.add(member.processId);
      events.died(member, detector.signOf(member)!, detector.quietMs(member));
    }
  }
}

/** All know the same types at the same versions, and the same ways to them. */
function isUniform(members: readonly Member[]): boolean {
  const known = members.map(({ info }) => JSON.stringify([info.types, info.migrates]));
  return known.every((text) => text === known[0]);
}
