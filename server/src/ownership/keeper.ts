/**
 * Decides which process runs which room, for the rooms of one process; it knows nothing of what a room is. Three loops, each of which
 * survives whatever throws in it:
 *
 *   beat     renews the lease and hears of the others (members.ts); unanswered for too long, our rooms freeze (tenure.ts)
 *   listen   which of the others have fallen silent (detector.ts)
 *   sweep    rooms that nobody runs (sweep.ts), of which some are ours to restore (placement.ts, rescue.ts)
 *
 * The store has the last word: every claim names the epoch it takes over from, and what an earlier epoch appends is refused. So
 * nothing here has to be exact, only soon; what two processes decide differently costs a retry.
 */
import { LIMITS } from "@ninelives/shared-schema";
import type { LogStore, OwnedRoom } from "../log/store.ts";
import type { Clock } from "../tick/clock.ts";
import { Bequest } from "./bequest.ts";
import { Contest } from "./contest.ts";
import { Detector } from "./detector.ts";
import type { Heir } from "./finish.ts";
import { Lease } from "./lease.ts";
import { Locator, type Whereabouts } from "./locator.ts";
import { Loop } from "./loop.ts";
import type { Beat, Member, MemberInfo, Members } from "./members.ts";
import { makers, reliever } from "./placement.ts";
import type { KeeperEvents, LocalRooms, Peers } from "./ports.ts";
import { Rescue } from "./rescue.ts";
import { StoreMemory } from "./store-memory.ts";
import { Sweep } from "./sweep.ts";
import { Tenure } from "./tenure.ts";

export interface KeeperOptions {
  /** Process id. */
  readonly me: string;
  readonly clock: Clock;
  readonly members: Members;
  readonly store: LogStore;
  readonly rooms: LocalRooms;
  readonly peers: Peers;
  readonly events: KeeperEvents;
}

export class Keeper {
  /** What is seen of the store; what other processes are told that ask this one. */
  readonly storeMemory: StoreMemory;
  readonly #options: KeeperOptions;
  readonly #detector: Detector;
  readonly #tenure: Tenure;
  readonly #rescue: Rescue;
  readonly #sweep: Sweep;
  readonly #locator: Locator;
  readonly #contest: Contest;
  readonly #bequest: Bequest;
  readonly #loops: Readonly<Record<"beat" | "listen" | "verify" | "sweep", Loop>>;
  /** The last beat was not answered. */
  #isAway = false;
  /** What others were told of this process last. */
  #info: MemberInfo | undefined;
  #isStopping = false;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.storeMemory = new StoreMemory(options.clock);
    const { leaseMs, leaseMarginMs, beatMs } = LIMITS;
    const lease = new Lease(options.clock, leaseMs, leaseMarginMs);
    const detector = new Detector({ ...options, leaseMs, beatMs });
    const tenure = new Tenure({ ...options, lease, detector });
    const onDone = () => this.#locator.wake();
    const mayTake = () => !this.#isStopping && tenure.check() && this.#info?.draining === false;
    const rescue = new Rescue({ ...options, mayTake, onDone });
    const sweep = new Sweep({ ...options, detector, rescue });
    this.#detector = detector;
    this.#tenure = tenure;
    this.#rescue = rescue;
    this.#sweep = sweep;
    this.#bequest = new Bequest({
      ...options,
      detector,
      kindOf: (roomId, among) => sweep.kindOf(roomId, among),
    });
    this.#contest = new Contest({ ...options, detector, rescue });
    const rememberedAtMs = () => this.storeMemory.rememberedAtMs;
    this.#locator = new Locator({ ...options, tenure, detector, rescue, sweep, rememberedAtMs });
    this.#loops = {
      beat: this.#loop("beat", LIMITS.beatMs, () => this.#beat()),
      listen: this.#loop("listen", LIMITS.silenceMs, () => this.#listen()),
      verify: this.#loop("verify", LIMITS.beatMs, () => this.#verify()),
      sweep: this.#loop("sweep", LIMITS.silenceMs, () => this.#look()),
    };
  }

  /** To be called when other processes can reach this one. Resolves with the first beat that is answered: no room may be claimed before. */
  async start(): Promise<void> {
    while (!this.#isStopping && !this.storeMemory.hasAnswered) {
      await this.#loops.beat.soon();
      if (!this.storeMemory.hasAnswered) await this.#pause();
    }
    for (const loop of [this.#loops.listen, this.#loops.verify, this.#loops.sweep]) void loop.soon();
  }

  /** To be called when this process runs no room any more. One that leaves rooms behind stays on the list, so that they are found. */
  async stop(): Promise<void> {
    const { me, store, members, rooms, events } = this.#options;
    this.#isStopping = true;
    this.#rescue.stop();
    await Promise.all(Object.values(this.#loops).map((loop) => loop.stop()));
    this.#tenure.stop();
    try {
      const isClean = rooms.owned().length === 0 && (await store.roomsOf(me)).length === 0;
      if (isClean) await members.remove(me);
    } catch (error) {
      events.fault("this process could not be taken off the list", error);
    }
  }

  /** May rooms run? To be asked first by every tick and everything else that waited for time to pass: cheap, and they freeze if not. */
  check(): boolean {
    return this.#tenure.check();
  }

  /** Holds until it is known, at most LIMITS.whereaboutsMs or until `signal` is aborted. */
  where(roomId: string, signal: AbortSignal): Promise<Whereabouts> {
    return this.#locator.where(roomId, signal);
  }

  /** Addresses of processes that live and stay, this one first. A store that forgot them for a moment makes no difference. */
  doors(): string[] {
    const { me, rooms } = this.#options;
    const mine = this.#info ?? rooms.info();
    const staying = this.#detector.present.filter(({ processId, info }) => processId !== me && !info.draining);
    const others = staying.map(({ info }) => info.address);
    return mine.draining && others.length > 0 ? others : [mine.address, ...others];
  }

  /** Processes that may make a room of this type. */
  makersOf(type: string): Member[] {
    const { me, rooms } = this.#options;
    const members = this.#detector.living.map((member) =>
      member.processId === me ? { ...member, info: rooms.info() } : member,
    );
    return makers(members, type);
  }

  /** Other processes that take no player who has no seat, as far as is known. */
  closed(): string[] {
    const { me } = this.#options;
    const closed = this.#detector.living.filter(({ processId, info }) => processId !== me && info.closed === true);
    return closed.map(({ processId }) => processId);
  }

  /** As far as is known. */
  mayLive(processId: string): boolean {
    return this.#detector.mayLive(processId);
  }

  /** The store has refused an append: somebody else has the room. */
  async steppedDown(roomId: string, epoch: number): Promise<void> {
    await this.#contest.lost(roomId, epoch);
    this.#locator.wake();
  }

  /** A room of ours that is not here any more is to be. */
  again(room: OwnedRoom): void {
    this.#rescue.add(room, true);
  }

  /** A player of this room has seen a higher epoch of it than ours. */
  heardEpoch(roomId: string, epoch: number): void {
    this.#contest.heard(roomId, epoch);
    void this.#loops.verify.soon();
  }

  /** To whom a room of ours is to be released, while this process is going away. */
  async heirOf(roomId: string): Promise<Heir> {
    if (this.#info?.draining !== true) await this.#loops.beat.soon();
    return this.#bequest.heirOf(roomId);
  }

  /** To whom a room of ours may go that uses `load` of this process; undefined: nobody has more to spare. */
  async relieverOf(roomId: string, load: number): Promise<Member | undefined> {
    const { living } = this.#detector;
    return reliever(living, this.#options.me, await this.#sweep.kindOf(roomId, living), load);
  }

  /** Resolves when a room that was released has a new owner, or there is nothing to wait for. Never rejects. */
  claimed(roomId: string, heir: Member): Promise<void> {
    return this.#bequest.claimed(roomId, heir);
  }

  async #beat(): Promise<void> {
    const { me, clock, members, rooms, events } = this.#options;
    const sentAtMs = clock.now();
    const info = rooms.info();
    let beat: Beat;
    try {
      beat = await members.beat(me, info, LIMITS.leaseMs);
    } catch (error) {
      this.#detector.cutOff();
      void this.#tenure.failed();
      if (!this.#isAway) events.fault("a beat was not answered", error);
      this.#isAway = true;
      return;
    }
    this.#isAway = false;
    this.#tenure.renewed(sentAtMs);
    this.#detector.beat(beat.members, sentAtMs);
    this.storeMemory.answered(sentAtMs, beat.isRemembered);
    this.#info = info;
    if (!beat.isRemembered) {
      this.#detector.distrust();
      this.#tenure.doubt();
      this.#sweep.hurry();
      rooms.relist();
    }
    void this.#loops.verify.soon();
    this.#locator.wake();
  }

  async #listen(): Promise<void> {
    const { members, peers } = this.#options;
    const others = this.#detector.others.map(({ processId }) => processId);
    let suspects: Member[];
    try {
      suspects = this.#detector.look(await members.silent(others));
    } catch {
      this.#detector.cutOff();
      return;
    }
    if (this.#detector.fell) void this.#loops.listen.soon();
    const answers = suspects.map(async ({ processId, info }) => {
      const isAlive = await peers.canReachStore(info.inner).then(
        () => true,
        () => false,
      );
      if (!isAlive) this.#detector.confirm(processId);
    });
    await Promise.all(answers);
    if (this.#detector.dead.some((member) => suspects.some(({ processId }) => processId === member.processId)))
      void this.#loops.sweep.soon();
  }

  async #verify(): Promise<void> {
    await this.#tenure.verify();
    await this.#contest.settle();
  }

  async #look(): Promise<void> {
    if (this.#tenure.check()) await this.#sweep.run();
  }

  #loop(name: string, everyMs: number, act: () => Promise<void>): Loop {
    const { clock, events } = this.#options;
    const run = () => {
      this.#tenure.check();
      return act();
    };
    return new Loop({ clock, everyMs, run, onFault: (error) => events.fault(`the keeper's ${name} failed`, error) });
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => this.#options.clock.after(LIMITS.redisReconnectMs, resolve));
  }
}
