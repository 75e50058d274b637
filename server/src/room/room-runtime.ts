/**
 * What stands behind one room while it lives: inbox, ticker, outbox, memory and log, tied together. `seal()` builds one per
 * room; a game never sees it, `GameRoom` calls it.
 */
import {
  contractOf,
  LIMITS,
  newHostMemory,
  Random,
  RecordKind,
  type RoomMemory,
  roomMemoryClass,
  type RoomType,
  SectionTag,
} from "@ninelives/shared-schema";
import { TreeTap, type TreeBytes } from "../adapter.ts";
import { Inbox } from "../inbox/inbox.ts";
import { RoomLog, type Sections } from "../log/room-log.ts";
import { Delivery } from "../outbox/delivery.ts";
import { Outbox } from "../outbox/outbox.ts";
import { nextEpoch } from "../ownership/epoch.ts";
import { Seats } from "../session/seats.ts";
import { Sessions } from "../session/sessions.ts";
import { type TickedRoom, TickPipeline } from "../tick/pipeline.ts";
import { Ticker } from "../tick/ticker.ts";
import type { RoomServices } from "./services.ts";

/** What the runtime asks of the Colyseus room it stands behind. */
export interface RoomBody {
  /** Sends the patch and returns what was encoded; undefined when nothing changed. */
  patch(): TreeBytes | undefined;
  /** What the last patch encoded, once. */
  takePatch(): TreeBytes | undefined;
  /** The whole state; undefined for a room without one. */
  wholeState(): TreeBytes | undefined;
  /** The last patch does not decode to the live state: the log needs the whole state in its place. */
  diverged(): boolean;
  /** The room's clock, ms since it began. */
  elapsedMs(): number;
}

/** What the runtime drives in a room that has no loop of its own. */
export interface RoomDriver {
  /** Moves the room's clock by one period and fires its timers. */
  advanceClock(stepMs: number): void;
  /** The game's step. */
  step(tick: number): void;
  /** Lets a patch through for as long as `patch` runs. */
  publish<R>(patch: () => R): R;
}

const KIND_NAMES = new Map(Object.entries(RecordKind).map(([name, kind]) => [kind, name.toLowerCase()]));

export class RoomRuntime<T extends RoomType> implements TickedRoom {
  readonly inbox = new Inbox();
  readonly outbox: Outbox;
  /** What our clients are told; stock ones are told through the outbox. */
  readonly delivery: Delivery;
  readonly sessions = new Sessions();
  readonly memory: RoomMemory<T>;
  readonly random: Random;
  readonly seats: Seats;
  readonly #services: RoomServices;
  readonly #type: T;
  readonly #body: RoomBody;
  readonly #memoryTap: TreeTap;
  readonly #pipeline: TickPipeline;
  #driver: RoomDriver | undefined;
  #ticker: Ticker | undefined;
  #started = false;
  #log: RoomLog | undefined;
  readonly #bornEpoch: number;
  #loggedTick = 0;
  /** The state tree was replaced: the log needs a snapshot before the next entry makes sense. */
  #stateReplaced = false;

  constructor(type: T, services: RoomServices, body: RoomBody) {
    this.#type = type;
    this.#services = services;
    this.#body = body;
    this.outbox = new Outbox(() => services.metrics.outboxDropped(type.name));
    this.#bornEpoch = nextEpoch(0, services.clock.wallMs());
    this.delivery = new Delivery({ contract: () => contractOf(type), epoch: () => this.epoch });
    this.memory = new (roomMemoryClass(type))();
    this.memory.host = newHostMemory(services.seed(), services.secret());
    this.memory.game = new type.memory() as RoomMemory<T>["game"];
    this.#memoryTap = new TreeTap(this.memory);
    this.random = new Random(this.memory.host.random);
    this.seats = new Seats(this.memory.host.seats);
    this.#pipeline = new TickPipeline(this, services.clock, type.tickHz);
  }

  get type(): T {
    return this.#type;
  }

  get tick(): number {
    return this.#pipeline.tick;
  }

  /** Incarnation of the room's owner: from its log, or from its birth for a room without one. */
  get epoch(): number {
    return this.#log?.epoch ?? this.#bornEpoch;
  }

  /** The room's clock, ms since it began. */
  get elapsedMs(): number {
    return this.#body.elapsedMs();
  }

  /** Makes this a room without a loop of its own: {@link start} begins its ticks. */
  drive(driver: RoomDriver): void {
    this.#driver = driver;
  }

  /** Opens the log; then the ticks begin. */
  async start(roomId: string): Promise<void> {
    if (this.#type.durability !== "off") await this.#openLog(roomId);
    this.#started = true;
    this.#services.logger.info({ roomId, roomType: this.#type.name, epoch: this.#log?.epoch }, "room began");
    if (this.#driver === undefined) return;
    const { clock, metrics } = this.#services;
    this.#ticker = new Ticker(clock, this.#type.tickHz, LIMITS.catchUpSteps, (due) => {
      try {
        metrics.ticked(this.#type.name, this.#pipeline.run(due));
      } catch (error) {
        metrics.fault(this.#type.name, "tick");
        this.#services.logger.error(
          { roomId, roomType: this.#type.name, err: error },
          "a tick failed; the room goes on",
        );
      }
    });
    this.#ticker.start();
  }

  /** No tick comes any more: what waited for one runs now, and its results leave with the log's last entry. */
  async stop(): Promise<void> {
    this.#ticker?.stop();
    this.inbox.close();
    this.#record(this.#driver === undefined ? undefined : this.#patch());
    this.outbox.close();
    await this.#log?.end(this.#now());
  }

  stateReplaced(): void {
    this.#stateReplaced = this.#log !== undefined;
  }

  runInbox(): void {
    this.inbox.run();
  }

  advanceClock(stepMs: number): void {
    this.#driver!.advanceClock(stepMs);
  }

  step(tick: number): void {
    this.#driver!.step(tick);
  }

  publish(): void {
    this.#record(this.#patch());
  }

  /** A room with its own loop has sent a patch: it counts as a tick. */
  publishOwnLoop(): void {
    if (!this.#started) return;
    this.#pipeline.tick++;
    this.#record(this.#body.takePatch());
  }

  /** Writes what changed to the log; events and results leave when it is committed. */
  #record(patch: TreeBytes | undefined): void {
    const { metrics } = this.#services;
    if (patch !== undefined) metrics.patched(this.#type.name, patch.shared.length);
    if (this.#log === undefined) {
      this.delivery.mailboxes.takeEntry();
      this.#seal()();
      return;
    }
    const memory = this.#memoryTap.take();
    const diverged = this.#memoryTap.diverged || this.#body.diverged();
    const told = this.delivery.mailboxes.takeEntry();
    const changed = patch !== undefined || memory !== undefined || told !== undefined || diverged;
    const quiet = !changed && !this.outbox.hasStaged && !this.delivery.hasStaged;
    if (quiet && this.tick - this.#loggedTick < this.#type.tickHz) return;
    this.#loggedTick = this.tick;
    if (diverged) metrics.patchReplaced(this.#type.name);
    if (this.#stateReplaced || diverged) {
      this.#stateReplaced = false;
      this.#log.snapshot(this.#now());
      this.#log.entry(this.#now(), new Map(), this.#seal());
      return;
    }
    const sections = new Map<SectionTag, Uint8Array>();
    if (patch !== undefined) sections.set(SectionTag.SHARED, patch.shared).set(SectionTag.HIDDEN, patch.hidden);
    if (memory !== undefined) sections.set(SectionTag.MEMORY, memory);
    if (told !== undefined) sections.set(SectionTag.DELIVERY, told);
    this.#log.entry(this.#now(), sections, this.#seal());
  }

  /** What this tick wants to say; call it when the log has the tick. */
  #seal(): () => void {
    const answers = this.outbox.seal();
    const told = this.delivery.seal();
    return () => {
      answers();
      told();
    };
  }

  async #openLog(roomId: string): Promise<void> {
    const { clock, store, metrics } = this.#services;
    let opened = false;
    this.#log = await RoomLog.open(
      store,
      {
        roomId,
        typeName: this.#type.name,
        typeVersion: this.#type.version,
        snapshotEveryTicks: this.#type.snapshotEveryTicks,
        clock,
        snapshot: () => {
          if (!opened) this.#settle();
          opened = true;
          return this.#whole();
        },
        onRecord: (kind, bytes) => metrics.logged(this.#type.name, KIND_NAMES.get(kind)!, bytes),
      },
      this.#now(),
    );
  }

  /** What onCreate built is in the first snapshot; the first entry must not bring it again. */
  #settle(): void {
    this.#patch();
    this.#memoryTap.take();
    this.delivery.mailboxes.takeEntry();
  }

  #patch(): TreeBytes | undefined {
    const patch = () => this.#body.patch();
    return this.#driver === undefined ? patch() : this.#driver.publish(patch);
  }

  #whole(): Sections {
    const state = this.#body.wholeState();
    const sections = new Map<SectionTag, Uint8Array>([
      [SectionTag.MEMORY, this.#memoryTap.whole()],
      [SectionTag.DELIVERY, this.delivery.mailboxes.whole()],
    ]);
    if (state !== undefined) sections.set(SectionTag.SHARED, state.shared).set(SectionTag.HIDDEN, state.hidden);
    return sections;
  }

  #now() {
    return { tick: this.tick, elapsedMs: this.#body.elapsedMs() };
  }
}
