/**
 * Finds rooms that should run and that nobody runs, and gives those that are ours to take to the rescue:
 *
 *   of the dead        everything they had; one of whom nothing is left is removed
 *   of the departing   what they have released, to us if somebody is named
 *   ours               what the store says we have and we do not run: the answer to our claim was lost, or a restore failed; what
 *                      we have released, if its heir has gone
 *   nobody's           whose owner nobody has heard of, at two looks in a row: who claims a room beats first
 *
 * Nothing is remembered but the last look: a rescuer that dies is one of the dead, with what it has taken.
 */
import { LIMITS } from "@ninelives/shared-schema";
import type { LogStore, OwnedRoom } from "../log/store.ts";
import type { Clock } from "../tick/clock.ts";
import type { Detector } from "./detector.ts";
import type { Member, Members } from "./members.ts";
import { candidates, place, type RoomKind, staying, undertakers } from "./placement.ts";
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

  /** Who is to have the room now: who it was left to, while that one stays. `me` may be among them. */
  async successorOf({ roomId, heir }: OwnedRoom, among: readonly Member[]): Promise<Member | undefined> {
    const named = staying(among).find(({ processId }) => processId === heir);
    if (named !== undefined) return named;
    const kind = await this.kindOf(roomId, among);
    const able = place(roomId, candidates(among, kind));
    return able ?? (kind === undefined ? undefined : place(roomId, undertakers(among, kind)));
  }

  /** undefined where it makes no difference among these. */
  async kindOf(roomId: string, among: readonly Member[]): Promise<RoomKind | undefined> {
    return isUniform(among) ? undefined : this.#options.rooms.kindOf(roomId);
  }

  /** One look. */
  async run(): Promise<void> {
    const { detector } = this.#options;
    const { dead } = detector;
    for (const processId of this.#mourned)
      if (!dead.some((member) => member.processId === processId)) this.#mourned.delete(processId);
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
    if (left.length > 0) {
      this.#mourn(dead);
      return this.#take(left);
    }
    if (await members.remove(dead.processId)) this.#mourn(dead);
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
    const rooms = await store.roomsOf(me);
    for (const room of rooms) if (room.owner !== "") rescue.add(room);
    await this.#take(rooms.filter(({ owner }) => owner === ""));
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
      const successor = await this.successorOf(room, detector.living);
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

  /** Told once. One that went away by itself and has left nothing behind is no death. */
  #mourn(dead: Member): void {
    const { detector, events } = this.#options;
    const sign = detector.signOf(dead);
    if (sign === undefined || this.#mourned.has(dead.processId)) return;
    this.#mourned.add(dead.processId);
    events.died(dead, sign, detector.quietMs(dead));
  }
}

/** All know the same types at the same versions, and the same ways to them. */
function isUniform(members: readonly Member[]): boolean {
  const known = members.map(({ info }) => JSON.stringify([info.types, info.migrates]));
  return known.every((text) => text === known[0]);
}
