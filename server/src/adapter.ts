/**
 * Everything this package uses of Colyseus that its documentation does not promise. Each piece has a contract test of the
 * same name in `server/test/adapter*.test.ts`, so an upgrade that breaks one says which.
 *
 *  TapSerializer   `Room.state = …` calls `setSerializer`; `SchemaSerializer.encoder` is protected and may change its class
 *  AllSeeingView   visibility is asked through four StateView methods and nothing else
 *  TapEncoder.compared  `root.changes` lists the trees a patch is made of, `root.add` is called for each instance put into a
 *                  tree (log/mirror.ts says what it is for)
 *  TreeTap         a view pass of `Encoder.encode` right after the shared pass, before `discardChanges`, holds the rest
 *  useMonotonicTime  `clock.now` is an own field, read at every tick
 *  StepClock       `room.clock` may be replaced before the room is initialised; nobody but `tick()` moves it
 *  stopPatchTimer, advertisePatchRate  `room.patchRate` sets a timer when assigned, and is read when a client joins
 *  Rewind.get      one per room; a record made by hand for a patch's time stands for Colyseus's own, whose ring would be
 *                  sized by the patch timer that was taken out
 *  releaseReservedSeats  `_reservedSeats` holds [options, auth, taken, held for a dropped player] by session; a room does not
 *                  end while one is left in it, nor while `_autoDisposeTimeout`, set anew by each of them, is there
 *  useLogger       the logger is taken from the options of `new Server(...)`
 */
import { ClientState, Clock as ColyseusClock, Protocol, type Room, SchemaSerializer, Server, type ServerOptions } from "@colyseus/core";
import { $refId, Encoder, type IRef, MapSchema, Schema, StateView } from "@colyseus/schema";
import { wellFormedStrings } from "./adapter-strings.ts";
import { Mirror } from "./log/mirror.ts";

/** Sees every field of every tree: its pass over the changes yields the bytes that `.view()` fields hide from clients. */
class AllSeeingView extends StateView {
  override isVisible(): boolean {
    return true;
  }
  override isChangeTreeVisible(): boolean {
    return true;
  }
  override hasTagOnTree(): boolean {
    return true;
  }
  override hasTag(): boolean {
    return true;
  }
}

/** A tree's bytes, split: `hidden` holds only `.view()` fields and must never reach a spectator. */
export interface TreeBytes {
  readonly shared: Uint8Array;
  readonly hidden: Uint8Array;
}

const NOTHING = new Uint8Array(0);
/** Protocol byte that Colyseus keeps in front of the shared bytes of a patch. */
const PATCH_PREFIX_BYTES = 1;
/** Where encoders start; a larger state grows its own buffer once. Bytes. */
Encoder.BUFFER_SIZE = 64 * 1024;

/**
 * An encoder that encodes a tick once and lets the log and the clients have the same bytes. The bytes are a copy, so a frame
 * that waits in a slow socket is never overwritten by the next tick.
 */
class TapEncoder<T extends Schema> extends Encoder<T> {
  #shared: Uint8Array | undefined;
  #scratch = NOTHING;
  #mirror: Mirror | undefined;
  readonly #allSeeing = new AllSeeingView();
  /** The last patch did not decode to the live tree, or too many wait for a look: the log needs {@link whole} in its place. */
  diverged = false;
  /** Somebody took a snapshot, so there is a log. Without one nobody reads hidden bytes, and none are made. */
  #logged = false;
  /** An instance that was in the tree before was put into it again, since the last discard. */
  #reattached = false;

  constructor(...args: ConstructorParameters<typeof Encoder<T>>) {
    super(...args);
    wellFormedStrings(this.context);
    const add = this.root.add.bind(this.root);
    this.root.add = (tree) => {
      this.#reattached ||= tree.ref[$refId] !== undefined;
      return add(tree);
    };
  }

  /** What changed since the last discard; undefined when nothing did. Asking twice gives the same bytes. */
  changes(prefixBytes: number): TreeBytes | undefined {
    if (!this.hasChanges) return undefined;
    const shared = this.encode({ offset: prefixBytes }).subarray(prefixBytes);
    if (!this.#logged || !this.context.hasFilters) return { shared, hidden: NOTHING };
    return { shared, hidden: this.#own((buffer) => super.encode({ offset: 0 }, this.#allSeeing, buffer, 0)) };
  }

  /** As {@link changes}, once per patch; and looks whether a reader of them has the live tree. */
  compared(prefixBytes: number): TreeBytes | undefined {
    const changes = this.changes(prefixBytes);
    if (changes === undefined || this.#mirror === undefined || this.diverged) return changes;
    const { changeTrees, refCount } = this.root;
    const heldOnce = (refId: number) => (refCount[refId] === 1 ? changeTrees[refId]?.ref : undefined);
    const patch = joined(changes);
    if (this.#isSimple()) this.diverged = !this.#mirror.keep(patch);
    else this.diverged = !this.#mirror.follows(patch, this.#changed(), heldOnce);
    return changes;
  }

  /** The patch only writes fields, and puts new instances into fields and maps: none of that has ever decoded wrongly. */
  #isSimple(): boolean {
    if (this.#reattached) return false;
    for (const ref of this.#changed()) if (!(ref instanceof Schema || ref instanceof MapSchema)) return false;
    return true;
  }

  /** Drops changes that could not be encoded. */
  giveUp(): void {
    this.discardChanges();
    this.diverged = true;
  }

  /** The whole tree, standing alone. From here on patches are compared with the live tree. */
  whole(): TreeBytes {
    const shared = this.#own((buffer) => this.encodeAll({ offset: 0 }, buffer));
    const hidden = this.context.hasFilters
      ? this.#own((buffer) => this.encodeAllView(this.#allSeeing, 0, { offset: 0 }, buffer))
      : NOTHING;
    const bytes = { shared, hidden };
    this.diverged = false;
    this.#logged = true;
    this.#mirror = Mirror.of(this.state, joined(bytes));
    return bytes;
  }

  override encode(it = { offset: 0 }, view?: StateView, buffer = this.sharedBuffer, start = it.offset): Uint8Array {
    if (view !== undefined) return super.encode(it, view, buffer, start);
    this.#shared ??= super.encode(it, undefined, buffer, start).slice();
    it.offset = this.#shared.length;
    return this.#shared;
  }

  override discardChanges(): void {
    this.#shared = undefined;
    this.#reattached = false;
    super.discardChanges();
  }

  *#changed(): Generator<IRef> {
    for (let node = this.root.changes.next; node !== undefined; node = node.next) yield node.changeTree.ref;
  }

  /** Encodes into a buffer of our own (the shared one still holds this tick's patch) and copies the result out. */
  #own(encode: (buffer: Uint8Array) => Uint8Array): Uint8Array {
    if (this.#scratch.length === 0) this.#scratch = new Uint8Array(Encoder.BUFFER_SIZE);
    const result = encode(this.#scratch);
    if (result.length > this.#scratch.length) this.#scratch = new Uint8Array(result.length * 2);
    return result.slice();
  }
}

function joined({ shared, hidden }: TreeBytes): Uint8Array {
  return hidden.length === 0 ? shared : Buffer.concat([shared, hidden]);
}

/** Reads the changes of a tree that no client sees: a room's memory. */
export class TreeTap {
  readonly #encoder: TapEncoder<Schema>;

  constructor(tree: Schema) {
    this.#encoder = new TapEncoder(tree);
  }

  /** What was taken last does not decode to the live tree: write {@link whole} in its place. */
  get diverged(): boolean {
    return this.#encoder.diverged;
  }

  /** What changed since the last call; undefined when nothing did. */
  take(): Uint8Array | undefined {
    try {
      const changes = this.#encoder.compared(0);
      this.#encoder.discardChanges();
      return changes === undefined ? undefined : joined(changes);
    } catch {
      this.#encoder.giveUp();
      return undefined;
    }
  }

  whole(): Uint8Array {
    return joined(this.#encoder.whole());
  }
}

type Clients = Parameters<SchemaSerializer<Schema>["applyPatches"]>[0];
type Timing = Parameters<SchemaSerializer<Schema>["applyPatches"]>[2];

/** The serializer of a sealed room: as Colyseus's, and every patch is handed to the log as well. */
export class TapSerializer extends SchemaSerializer<Schema> {
  #last: TreeBytes | undefined;

  override reset(state: Schema): void {
    super.reset(state);
    this.encoder = new TapEncoder(state, this.encoder.root);
    this.encoder.sharedBuffer[0] = Protocol.ROOM_STATE_PATCH;
  }

  /** The last patch does not decode to the live state: write {@link whole} in its place. */
  get diverged(): boolean {
    return (this.encoder as TapEncoder<Schema>).diverged;
  }

  /** The whole state, as a snapshot holds it. */
  whole(): TreeBytes {
    return (this.encoder as TapEncoder<Schema>).whole();
  }

  override getFullState(...[client, timing]: Parameters<SchemaSerializer<Schema>["getFullState"]>): Uint8Array {
    return super.getFullState(client, timing).slice();
  }

  /** The bytes of the last patch, once. */
  takePatch(): TreeBytes | undefined {
    const last = this.#last;
    this.#last = undefined;
    return last;
  }

  override applyPatches(clients: Clients, state?: unknown, timing?: Timing): boolean {
    const encoder = this.encoder as TapEncoder<Schema>;
    try {
      this.#last = encoder.compared(PATCH_PREFIX_BYTES);
      return super.applyPatches(clients, state, timing);
    } catch (error) {
      this.#startOver(clients, timing);
      throw error;
    }
  }

  /**
   * A patch could not be made, or a client's could not be sent: everyone gets the whole state in place of it, else the same
   * changes would fail at every tick from here on. Throws when the state itself cannot be encoded; then nothing is lost.
   */
  #startOver(clients: Clients, timing: Timing): void {
    const encoder = this.encoder as TapEncoder<Schema>;
    this.needFullEncode = true;
    const frames = clients.map((client) => this.getFullState(client, timing));
    encoder.giveUp();
    for (const [index, client] of clients.entries()) if (client.state === ClientState.JOINED) client.raw(frames[index]!);
  }
}

/**
 * A room's clock that only the tick moves, by whole periods: what clients are told of time is as even as the ticks. Colyseus
 * calls `tick()` from timers of its own; that does nothing here. A handler that throws is reported and hurts no other one.
 */
export class StepClock extends ColyseusClock {
  #steppedMs = 0;
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    super();
    this.#onError = onError;
    this.now = () => this.#steppedMs;
    this.currentTime = 0;
  }

  override tick(): void {}

  /** Moves time on by `stepMs` and fires the timers that are due. */
  step(stepMs: number): void {
    this.#steppedMs += stepMs;
    super.tick();
  }

  override setTimeout(...[handler, ms, ...args]: Parameters<ColyseusClock["setTimeout"]>) {
    return super.setTimeout(this.#shielded(handler), ms, ...args);
  }

  override setInterval(...[handler, ms, ...args]: Parameters<ColyseusClock["setInterval"]>) {
    return super.setInterval(this.#shielded(handler), ms, ...args);
  }

  // oxlint-disable-next-line typescript/no-unsafe-function-type -- the type of the timer's own signature
  #shielded(handler: Function) {
    return (...args: unknown[]) => {
      try {
        handler(...args);
      } catch (error) {
        this.#onError(error);
      }
    };
  }
}

/** Longest delay a timer takes, ms: 24.8 days. */
const NEVER_MS = 2 ** 31 - 1;

/**
 * Takes the patch timer out of a room whose host sends the patches. Call it before the room is initialised; then
 * {@link advertisePatchRate} once it is, so that clients are told the true rhythm.
 */
export function stopPatchTimer(room: Room): void {
  room.patchRate = NEVER_MS;
}

/** What joining clients are told: one patch every `periodMs`. Their clocks measure jitter against it. */
export function advertisePatchRate(room: Room, periodMs: number): void {
  Object.defineProperty(room, "patchRate", { value: periodMs, writable: false });
}

/** Puts a room that runs its own loop on monotonic time: the stock clock reads the wall clock and freezes when that goes back. */
export function useMonotonicTime(clock: ColyseusClock, now: () => number): void {
  Object.assign(clock, { now });
  clock.currentTime = now();
}

interface ReservedSeats {
  readonly _reservedSeats: Record<string, readonly [options: unknown, auth: unknown, taken: boolean, heldForDropped: boolean]>;
  readonly _reservedSeatTimeouts: Record<string, NodeJS.Timeout>;
  _autoDisposeTimeout: NodeJS.Timeout | undefined;
}

/** Gives up seats that were promised and not yet taken: a room that ends would wait up to 15 s for players who may not enter. */
export function releaseReservedSeats(room: Room): void {
  const inside = room as unknown as ReservedSeats;
  for (const [sessionId, [, , taken, heldForDropped]] of Object.entries(inside._reservedSeats)) {
    if (taken || heldForDropped) continue;
    clearTimeout(inside._reservedSeatTimeouts[sessionId]);
    delete inside._reservedSeatTimeouts[sessionId];
    delete inside._reservedSeats[sessionId];
  }
  clearTimeout(inside._autoDisposeTimeout);
  inside._autoDisposeTimeout = undefined;
}

/** Sends Colyseus's own log lines to `sink`. The server object itself is not used: the host listens and stops by itself. */
export function useLogger(sink: NonNullable<ServerOptions["logger"]>, options: ServerOptions): void {
  void new Server({ ...options, logger: sink, greet: false, gracefullyShutdown: false });
}
