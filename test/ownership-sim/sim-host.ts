/**
 * One process of a simulated world: the real keeper over toy rooms, as a host does it, behind its own link to the store. What is
 * killed comes back as another process at the same address.
 */
import { NetError } from "@ninelives/shared-schema";
import type { Clock, LogStore } from "@ninelives/server";
import { JournalStore } from "../../server/src/log/journal-store.ts";
import type { OwnedRoom } from "../../server/src/log/store.ts";
import { Keeper } from "../../server/src/ownership/keeper.ts";
import type { Member, MemberInfo, Members } from "../../server/src/ownership/members.ts";
import type { KeeperEvents, LocalRoom, LocalRooms } from "../../server/src/ownership/ports.ts";
import type { Dice } from "./dice.ts";
import type { Step } from "./history.ts";
import { ProcessClock } from "./process-clock.ts";
import { peersOf } from "./sim-peers.ts";
import { JOURNAL_CALLS, MEMBERS_CALLS, type SimStore } from "./sim-store.ts";
import { StoreLink } from "./store-link.ts";
import type { Story } from "./story.ts";
import { ToyRoom } from "./toy-room.ts";
import type { ServerEnd, Wire } from "./wire.ts";

/** How often it happened to a process of the world. */
export interface HostCounts {
  /** Rooms it restored. */
  restores: number;
  /** Its lease was over. */
  freezes: number;
  /** Rooms it let go because somebody else had them, or had to begin anew. */
  drops: number;
}

export interface Surroundings {
  readonly clock: Clock;
  readonly dice: Dice;
  readonly store: SimStore;
  readonly story: Story;
  readonly steps: Step[];
  readonly counts: HostCounts;
  /** Who listens at an address now. */
  at(address: string): SimHost | undefined;
  /** Whether the network lets this process talk to the others. */
  isReachable(host: SimHost): boolean;
  /** No other process can tell this one what the store says: none runs, reaches the store and talks to it. */
  isAlone(host: SimHost): boolean;
  onRestore(host: SimHost): void;
}

export class SimHost implements LocalRooms {
  readonly processId: string;
  readonly address: string;
  readonly clock: ProcessClock;
  readonly link: StoreLink;
  readonly keeper: Keeper;
  readonly rooms = new Map<string, ToyRoom>();
  isDraining = false;
  readonly #world: Surroundings;
  readonly #store: LogStore;
  readonly #members: Members;
  readonly #wires = new Set<Wire>();

  constructor(address: string, incarnation: number, world: Surroundings) {
    this.address = address;
    this.processId = `${address}.${incarnation}`;
    this.#world = world;
    this.clock = new ProcessClock(world.clock);
    this.link = new StoreLink(world.clock, this.clock, world.dice, () => world.store.isUp);
    const journal = this.link.to(world.store.journalOf(this.processId), JOURNAL_CALLS);
    this.#store = new JournalStore({ journal, clock: this.clock, onFault: (message) => this.#tell(message) });
    this.#members = world.store.membersOf(this.processId);
    this.keeper = new Keeper({
      me: this.processId,
      clock: this.clock,
      members: { ...this.link.to(this.#members, MEMBERS_CALLS), close: async () => {} },
      store: this.#store,
      rooms: this,
      peers: peersOf(this, world),
      events: this.#events(),
    });
  }

  get reachesStore(): boolean {
    return this.#world.store.isUp && this.link.cut === undefined;
  }

  /** A new room, before any trouble. */
  async make(roomId: string): Promise<void> {
    await this.#open(roomId, undefined);
  }

  take(wire: Wire): void {
    this.#wires.add(wire);
    wire.up(() => void this.#enter(wire));
  }

  /** kill -9. */
  die(): void {
    this.clock.die();
    void this.#members.close();
    for (const wire of this.#wires) wire.break(this.#world.dice.falls(0.8));
  }

  /** Its subscription is gone: the others may take it for dead. */
  mute(): void {
    void this.#members.close();
  }

  unmute(): void {
    if (!this.clock.isDead) this.#world.store.membersOf(this.processId);
  }

  breakWires(): void {
    for (const wire of this.#wires) wire.break(this.#world.dice.falls(0.6));
  }

  /** As on SIGTERM: every room is handed over. The process goes on until it dies. */
  async drain(): Promise<void> {
    this.isDraining = true;
    await Promise.all([...this.rooms.values()].map((room) => this.#handOver(room)));
  }

  owned(): readonly LocalRoom[] {
    return Array.from(this.rooms.values(), ({ roomId, epoch, players }) => ({ roomId, epoch, players }));
  }

  freeze(): void {
    for (const room of this.rooms.values()) room.isFrozen = true;
  }

  thaw(roomId: string): void {
    this.rooms.get(roomId)?.thaw();
  }

  drop(roomId: string, to: Member | undefined): void {
    const room = this.rooms.get(roomId);
    this.rooms.delete(roomId);
    for (const link of room?.drop() ?? []) farewell(link, to?.info.address);
  }

  async restore({ roomId, epoch }: OwnedRoom): Promise<void> {
    this.#world.onRestore(this);
    await this.#open(roomId, epoch);
  }

  async kindOf(): Promise<{ type: string; version: number }> {
    return { type: "toy", version: 1 };
  }

  info(): MemberInfo {
    const { address, isDraining } = this;
    return { address, inner: address, rooms: this.rooms.size, load: 0, draining: isDraining, types: { toy: 1 } };
  }

  relist(): void {
    for (const room of this.rooms.values()) room.relist();
  }

  async #open(roomId: string, from: number | undefined): Promise<void> {
    const room: ToyRoom = new ToyRoom({
      roomId,
      clock: this.clock,
      store: this.#store,
      owner: this.processId,
      check: () => this.keeper.check(),
      onStep: () => this.#stepped(room),
      onFenced: (epoch) => {
        if (this.rooms.get(roomId) === room) void this.keeper.steppedDown(roomId, epoch);
      },
    });
    this.rooms.set(roomId, room);
    try {
      await room.open(from);
    } catch (error) {
      if (this.rooms.get(roomId) === room) this.rooms.delete(roomId);
      room.drop();
      throw error instanceof NetError ? error : new NetError("OWNED", String(error), {}, error);
    }
  }

  async #enter(wire: Wire): Promise<void> {
    const abort = new AbortController();
    wire.onClose = () => abort.abort();
    const { roomId, epoch } = wire.hello;
    const where = await this.keeper.where(roomId, abort.signal);
    if (!wire.isOpen || this.clock.isDead) return;
    if (where === "gone") wire.close({ why: "gone" });
    else if (where === "later") wire.close({ why: "again" });
    else if (where !== "here") wire.close({ why: "moved", address: where.address });
    else this.#seat(wire, roomId, epoch);
  }

  #seat(wire: Wire, roomId: string, epoch: number): void {
    const room = this.rooms.get(roomId);
    if (room?.isOpen !== true || room.isFrozen) wire.close({ why: "again" });
    else if (epoch > room.epoch) {
      this.keeper.heardEpoch(roomId, epoch);
      wire.close({ why: "again" });
    } else room.connect(wire);
  }

  async #handOver(room: ToyRoom): Promise<void> {
    const heir = await this.keeper.heirOf(room.roomId);
    const to = typeof heir === "string" ? undefined : heir;
    if (to === undefined || !room.isOpen || room.isFrozen || room.isDropped) return;
    await room.release(to.processId);
    if (this.rooms.get(room.roomId) === room) this.drop(room.roomId, to);
  }

  #stepped({ roomId, epoch }: ToyRoom): void {
    const isAlone = !this.reachesStore && this.#world.isAlone(this);
    this.#world.steps.push({ atMs: this.clock.now(), by: this.processId, roomId, epoch, isAlone });
  }

  #events(): KeeperEvents {
    const { counts } = this.#world;
    return {
      died: ({ processId }, sign, afterMs) => this.#tell(`sees ${processId} dead (${sign}) after ${afterMs} ms`),
      tookOver: ({ roomId, epoch }, ms) => {
        counts.restores++;
        this.#tell(`runs ${roomId}, taken from epoch ${epoch} in ${ms} ms`);
      },
      quarantined: ({ roomId }, error) => this.#tell(`sets ${roomId} aside: ${String(error)}`),
      froze: (rooms) => {
        counts.freezes++;
        this.#tell(`its lease is over: ${rooms} rooms stand still`);
      },
      thawed: (roomId) => this.#tell(`${roomId} goes on`),
      dropped: (roomId, to) => {
        counts.drops++;
        this.#tell(`lets go of ${roomId}, which ${to?.processId ?? "nobody it knows"} has`);
      },
      fault: (message, error) => this.#tell(`${message}: ${String(error)}`),
    };
  }

  #tell(what: string): void {
    this.#world.story.tell(this.processId, what);
  }
}

function farewell(link: ServerEnd, address: string | undefined): void {
  link.close(address === undefined ? { why: "again" } : { why: "moved", address });
}
