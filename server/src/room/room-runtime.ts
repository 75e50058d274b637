/**
 * What stands behind one room while it lives: inbox, ticker, outbox, memory and log, tied together. `seal()` builds one per
 * room; a game never sees it, `GameRoom` calls it.
 */
import type { Client } from "@colyseus/core";
import { contractOf, newRoomMemory, Random, type RoomMemory, type RoomType } from "@ninelives/shared-schema";
import type { TreeBytes } from "../adapter.ts";
import { Inbox } from "../inbox/inbox.ts";
import type { ClaimedLog } from "../log/claimed-log.ts";
import { Delivery } from "../outbox/delivery.ts";
import { Outbox } from "../outbox/outbox.ts";
import { SlowClients } from "../outbox/slow-clients.ts";
import { nextEpoch } from "../ownership/epoch.ts";
import { Seats } from "../session/seats.ts";
import { Sessions } from "../session/sessions.ts";
import { closeSlow, isBehind } from "../socket/backlog.ts";
import { PatchPace } from "../strain/patch-pace.ts";
import { Failures } from "../tick/failures.ts";
import { type TickedRoom, TickPipeline } from "../tick/pipeline.ts";
import type { Spent } from "../tick/tick-budget.ts";
import type { Past, Pause } from "./past.ts";
import { Recorder } from "./recorder.ts";
import type { RoomBody, RoomDriver } from "./room-body.ts";
import { RoomBudget } from "./room-budget.ts";
import { RoomLoop } from "./room-loop.ts";
import type { RoomServices } from "./services.ts";
import { Timers } from "./timers.ts";

/** How far the wall clock may go away from the room's before the log is told, ms. */
const WALL_DRIFT_MS = 100;

const NO_PAUSE: Pause = { downtimeMs: 0, ticksLost: 0 };

export class RoomRuntime<T extends RoomType> implements TickedRoom {
  readonly inbox = new Inbox();
  readonly outbox: Outbox;
  /** What our clients are told; stock ones are told through the outbox. */
  readonly delivery: Delivery;
  /** Players who do not read as fast as the room speaks. */
  readonly slow: SlowClients;
  readonly sessions = new Sessions();
  readonly memory: RoomMemory<T>;
  readonly random: Random;
  readonly seats: Seats;
  readonly timers: Timers;
  /** How long nobody had the room that is taken over. */
  readonly pause: Pause;
  readonly failures = new Failures(() => this.#services.onFailing(this.#roomId));
  readonly budget: RoomBudget;
  readonly #services: RoomServices;
  readonly #type: T;
  readonly #body: RoomBody;
  readonly #recorder: Recorder;
  readonly #pipeline: TickPipeline;
  readonly #pace: PatchPace;
  #driver: RoomDriver | undefined;
  #loop: RoomLoop | undefined;
  #started = false;
  #roomId = "";
  #doorsTick = 0;
  readonly #bornEpoch: number;
  readonly #takenWith: ClaimedLog | undefined;

  /** `past`: of the room that is taken over; undefined for a new one. */
  constructor(type: T, services: RoomServices, body: RoomBody, past: Past<T> | undefined) {
    this.#type = type;
    this.#services = services;
    this.#body = body;
    this.budget = new RoomBudget({
      type,
      services,
      roomId: () => this.#roomId,
      isTaken: past !== undefined,
      hold: (every) => this.#loop?.hold(every) ?? false,
    });
    this.outbox = new Outbox(() => services.metrics.outboxDropped(type.name));
    this.#bornEpoch = nextEpoch(0, services.clock.wallMs());
    this.#takenWith = past?.log;
    this.pause = past?.pause(services.clock.wallMs()) ?? NO_PAUSE;
    this.slow = new SlowClients({
      isBehind,
      close: closeSlow,
      onSkipped: (patches) => services.metrics.patchesSkipped(type.name, patches),
      onResynced: () => services.metrics.resynced(type.name),
    });
    this.delivery = new Delivery(
      {
        contract: () => contractOf(type),
        epoch: () => this.epoch,
        doors: services.doors,
        mustWait: (client) => this.slow.mustWait(client),
      },
      past?.mailboxes,
    );
    this.memory = past?.memory ?? newRoomMemory(type, services.seed(), services.secret());
    this.#recorder = new Recorder({
      type,
      services,
      memory: this.memory,
      outbox: this.outbox,
      delivery: this.delivery,
      wholeState: () => body.wholeState(),
      stateClass: () => body.stateClass(),
      diverged: () => body.diverged(),
      settle: () => void this.#patch(),
      now: () => ({ tick: this.tick, elapsedMs: body.elapsedMs() }),
      players: () => this.seats.size,
      onFenced: () => services.onFenced(this.#roomId, this.epoch),
    });
    this.random = new Random(this.memory.host.random);
    this.seats = new Seats(this.memory.host.seats);
    this.timers = new Timers(this.memory.host, type);
    this.#pipeline = new TickPipeline(this, services.clock, type.tickHz);
    this.#pipeline.tick = past?.tick ?? 0;
    this.#pace = new PatchPace(type.tickHz, () => services.strain.relief.patchEvery);
  }

  get type(): T {
    return this.#type;
  }

  get tick(): number {
    return this.#pipeline.tick;
  }

  /** Incarnation of the room's owner: from its log, or from its birth for a room without one. */
  get epoch(): number {
    return this.#recorder.epoch ?? this.#bornEpoch;
  }

  /** As {@link epoch}; undefined while there is no log. */
  get loggedEpoch(): number | undefined {
    return this.#recorder.epoch;
  }

  /** Share of the radius in which players are to see what is around them. */
  get interest(): number {
    return this.#services.strain.relief.interest;
  }

  get elapsedMs(): number {
    return this.#body.elapsedMs();
  }

  /** Makes this a room without a loop of its own: {@link start} begins its ticks. */
  drive(driver: RoomDriver): void {
    this.#driver = driver;
  }

  /** This process may change the room: it is sure to be its only owner. */
  get mayStep(): boolean {
    const { isSure, rooms } = this.#services;
    return !this.#isLogged || (isSure() && rooms.mayStep(this.#roomId));
  }

  /** Opens the log. Resolves when the room can be restored from it. */
  async open(roomId: string): Promise<void> {
    this.#roomId = roomId;
    this.#keepWallTime();
    if (this.#isLogged) await this.#recorder.open(roomId, this.#takenWith);
    this.#started = true;
    this.failures.begin();
    this.#services.logger.info({ roomId, roomType: this.#type.name, epoch: this.#recorder.epoch }, "room began");
  }

  /** The ticks begin. */
  run(): void {
    if (this.#driver === undefined) return;
    this.#loop = new RoomLoop({
      type: this.#type,
      services: this.#services,
      budget: this.budget,
      mayStep: () => this.mayStep,
      run: (due) => this.#body.enter(() => this.#pipeline.run(due)),
      onFault: (error) => this.#body.report(error, "tick"),
    });
    this.#loop.start();
  }

  /** No tick comes any more: what waited for one runs now, and its results leave with the log's last entry. */
  async stop(): Promise<void> {
    this.#settle();
    this.outbox.close();
    await this.#recorder.end();
  }

  /** As {@link stop}, and the room goes on elsewhere, at `heir` if that is known. Resolves when somebody may take it. */
  async release(heir: string | undefined): Promise<void> {
    this.#settle();
    await this.#recorder.release(heir);
    this.#recorder.abandon();
  }

  /** Another process has the room: nothing here happens any more. */
  abandon(): void {
    this.#recorder.abandon();
    this.#loop?.stop();
    this.inbox.abandon();
  }

  #settle(): void {
    this.#loop?.stop();
    this.#body.enter(() => this.inbox.close());
    this.#body.keep();
    this.#pace.sent(this.tick);
    this.#record(this.#driver === undefined ? undefined : this.#patch());
  }

  stateReplaced(): void {
    this.#recorder.stateReplaced();
  }

  runInbox(): void {
    this.inbox.run();
  }

  advanceClock(stepMs: number): void {
    this.#driver!.advanceClock(stepMs);
  }

  step(tick: number): void {
    for (const due of this.timers.due(tick)) this.#driver!.timer(due);
    this.#driver!.step(tick);
  }

  publish(): void {
    if (this.failures.isFailing) return;
    this.#keepWallTime();
    this.#tellDoors();
    if (this.#pace.isDue(this.tick)) this.#publish();
    else this.#services.strain.heldBack("patches");
  }

  /** Somebody comes in between two patches: what is left out of the ones before is sent now, and not once more behind the whole state. */
  catchUp(client: Client): void {
    if (!this.#pace.isOwed) return;
    if (!this.mayStep || this.failures.isFailing) {
      this.slow.isAhead(client);
      return;
    }
    this.#pace.sent(this.tick);
    this.#publish();
  }

  #publish(): void {
    this.#record(this.#patch());
    this.delivery.goOn();
  }

  /** A room with its own loop has sent a patch: it counts as a tick. `spent`: since the one before. */
  publishOwnLoop(spent: Spent): void {
    if (!this.#started || this.failures.isFailing) return;
    this.budget.ranOwnLoop(spent);
    this.#pipeline.tick++;
    this.#keepWallTime();
    this.#record(this.#body.takePatch());
  }

  get #isLogged(): boolean {
    return this.#type.durability !== "off";
  }

  /** Once a second: a room that is late passes over many a tick's number. */
  #tellDoors(): void {
    if (this.tick < this.#doorsTick + this.#type.tickHz) return;
    this.#doorsTick = this.tick;
    this.delivery.tellDoors();
  }

  /** The next owner reads from it how long nobody had the room. */
  #keepWallTime(): void {
    const bornWallMs = this.#services.clock.wallMs() - this.elapsedMs;
    if (Math.abs(bornWallMs - this.memory.host.bornWallMs) > WALL_DRIFT_MS) this.memory.host.bornWallMs = bornWallMs;
  }

  /** A tick of which there is no patch is not written: what it has to say would be told without what it changed. */
  #record(patch: TreeBytes | undefined): void {
    const { failures } = this;
    try {
      if (!failures.isUnpatched || patch !== undefined) this.#recorder.record(patch);
    } catch (error) {
      failures.unpatched();
      this.#body.report(error, "log");
    }
    failures.published();
  }

  #patch(): TreeBytes | undefined {
    const patch = () => this.#body.patch();
    return this.#driver === undefined ? patch() : this.#driver.publish(patch);
  }
}
