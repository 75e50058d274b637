/**
 * Whether this process may run its rooms now. When its lease is over they freeze, before anything else: a room that somebody else may
 * have taken makes no step and tells nobody anything. After the next beat that was answered, each room is looked up in the store:
 * still ours at our epoch, it thaws; taken, it is dropped.
 *
 * A store that nobody can reach ends no match: while no process we know of can reach it, nobody can take a room either, so
 * the lease goes on and commits wait. A process that was stopped meanwhile does not count on that: its rooms are frozen before
 * anybody is asked. They thaw if everybody it knows says that the store has not answered since long before this process's last
 * lease was over, so that nobody can have taken them; else only the store can say that they are still its own. Rooms whose lease
 * went on in one of these ways are looked up all the same, once the store is back.
 */
import { LIMITS } from "@ninelives/shared-schema";
import type { LogStore, OwnedRoom } from "../log/store.ts";
import type { Clock, Timer } from "../tick/clock.ts";
import type { Detector } from "./detector.ts";
import type { Lease } from "./lease.ts";
import type { KeeperEvents, LocalRoom, LocalRooms, Peers } from "./ports.ts";

/** A process may have reached the store so long after it was answered last, and not know yet that it is away, ms. */
const UNNOTICED_MS = 2 * LIMITS.beatMs;

export interface TenureOptions {
  readonly me: string;
  readonly clock: Clock;
  readonly lease: Lease;
  readonly store: LogStore;
  readonly rooms: LocalRooms;
  readonly peers: Peers;
  readonly detector: Detector;
  readonly events: KeeperEvents;
}

export class Tenure {
  readonly #options: TenureOptions;
  /** The lease was over, and no beat was answered since. */
  #isOver = true;
  readonly #frozen = new Set<string>();
  /** Those of them that ran until the lease was over. */
  #ran: readonly string[] = [];
  /** When the last lease that the store knows of is over. */
  #knownEndMs = Number.NEGATIVE_INFINITY;
  /** Rooms to be looked up; all frozen ones are among them. */
  readonly #doubted = new Set<string>();
  /** An answer to what was asked before the last one says nothing. */
  #freezes = 0;
  /** Other processes are being asked. */
  #isAsking = false;
  #deadline: Timer | undefined;

  constructor(options: TenureOptions) {
    this.#options = options;
  }

  /** May rooms run? The first question of every timer and every tick: the answer may be that they froze this moment. */
  check(): boolean {
    if (this.#options.lease.isValid) return true;
    this.#freeze();
    return false;
  }

  isFrozen(roomId: string): boolean {
    return this.#frozen.has(roomId);
  }

  /** A beat that was sent at this moment has been answered. */
  renewed(sentAtMs: number): void {
    this.check();
    const { lease } = this.#options;
    lease.renew(sentAtMs);
    this.#knownEndMs = Math.max(this.#knownEndMs, lease.endOf(sentAtMs));
    if (!lease.isValid) return;
    this.#isOver = false;
    this.#watch();
  }

  /** A beat was not answered. Never rejects. */
  async failed(): Promise<void> {
    const { clock, lease, detector, peers } = this.#options;
    const askedAtMs = clock.now();
    if (this.#isAsking) return;
    if (!this.check()) return this.#recover(askedAtMs);
    this.#isAsking = true;
    const asked = detector.acquaintances.map(({ info }) => peers.canReachStore(info.inner).catch(() => false));
    const isReached = (await Promise.all(asked)).includes(true);
    this.#isAsking = false;
    if (isReached || !this.check()) return;
    lease.renew(askedAtMs);
    this.doubt();
    this.#watch();
  }

  /** All rooms are to be looked up. */
  doubt(): void {
    for (const { roomId } of this.#options.rooms.owned()) this.#doubted.add(roomId);
  }

  /** Looks up the rooms in doubt. */
  async verify(): Promise<void> {
    const owned = new Set(this.#options.rooms.owned().map(({ roomId }) => roomId));
    for (const roomId of this.#doubted) if (!owned.has(roomId)) this.#settled(roomId);
    const looks = [...this.#doubted].map((roomId) => this.#verifyRoom(roomId));
    const results = await Promise.allSettled(looks);
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  stop(): void {
    this.#deadline?.cancel();
  }

  async #verifyRoom(roomId: string): Promise<void> {
    const { store, rooms, detector, events, lease } = this.#options;
    const freezes = this.#freezes;
    const current = await store.ownerOf(roomId);
    const local = rooms.owned().find((room) => room.roomId === roomId);
    if (local === undefined || local.epoch === 0 || !lease.isValid || freezes !== this.#freezes) return;
    const wasFrozen = this.#frozen.has(roomId);
    this.#settled(roomId);
    if (this.#isOurs(local, current)) {
      if (!wasFrozen) return;
      rooms.thaw(roomId);
      events.thawed(roomId);
      return;
    }
    const to = detector.find(current!.owner);
    rooms.drop(roomId, to);
    events.dropped(roomId, to);
  }

  /** A store that has forgotten us has a lower epoch or none: what we append next tells it anew. */
  #isOurs({ epoch }: LocalRoom, current: OwnedRoom | undefined): boolean {
    if (current === undefined || current.epoch < epoch) return true;
    return current.epoch === epoch && current.owner === this.#options.me;
  }

  #freeze(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#freezes++;
    const { rooms, events } = this.#options;
    rooms.freeze();
    this.doubt();
    this.#ran = [...this.#doubted].filter((roomId) => !this.#frozen.has(roomId));
    for (const roomId of this.#doubted) this.#frozen.add(roomId);
    events.froze(this.#frozen.size);
  }

  /** Rooms that froze because this process was slow go on, if nobody can have taken them. Who does not answer might have. */
  async #recover(askedAtMs: number): Promise<void> {
    const { clock, lease, detector, peers, rooms, events } = this.#options;
    const others = detector.acquaintances;
    if (others.length === 0) return;
    const freezes = this.#freezes;
    this.#isAsking = true;
    const quietMs = await Promise.all(others.map(({ info }) => peers.quietMs(info.inner).catch(() => 0)));
    this.#isAsking = false;
    const reachedMs = clock.now() - Math.min(...quietMs);
    if (!this.#isOver || freezes !== this.#freezes || reachedMs + UNNOTICED_MS > this.#knownEndMs) return;
    lease.renew(askedAtMs);
    if (!lease.isValid) return;
    this.#isOver = false;
    for (const roomId of this.#ran) {
      if (!this.#frozen.delete(roomId)) continue;
      rooms.thaw(roomId);
      events.thawed(roomId);
    }
    this.#watch();
  }

  #settled(roomId: string): void {
    this.#frozen.delete(roomId);
    this.#doubted.delete(roomId);
  }

  #watch(): void {
    const { clock, lease } = this.#options;
    this.#deadline?.cancel();
    this.#deadline = clock.after(lease.endsAtMs - clock.now(), () => {
      if (this.check()) this.#watch();
    });
  }
}
