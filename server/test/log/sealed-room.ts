/**
 * A sealed room without the room: the same serializer, tap and codec, driven the way `RoomRuntime` drives them. Its clients
 * have the shape Colyseus's serializer asks of them.
 */
import type { Client } from "@colyseus/core";
import { type Schema, StateView } from "@colyseus/schema";
import { encodeRecord, RecordKind, SectionTag } from "@ninelives/shared-schema";
import { TapSerializer, TreeTap, type TreeBytes } from "../../src/adapter.ts";

/** ClientState.JOINED of Colyseus. */
const JOINED = 1;
const PATCH_PREFIX_BYTES = 1;
/** Protocol.ROOM_STATE of Colyseus. */
const ROOM_STATE = 14;

interface FakeClient {
  readonly state: number;
  readonly view: StateView | undefined;
  raw(frame: Uint8Array): void;
}

export interface Tick {
  /** The entry, or the snapshot that stands for it when a reader of the patch would not have the live room. */
  readonly record: Uint8Array;
  readonly kind: RecordKind;
  /** The frame a client without a view got, without its protocol byte; undefined when it got none. */
  readonly seen: Uint8Array | undefined;
  readonly shared: Uint8Array | undefined;
  /** That frame holds the whole state. */
  readonly isWhole: boolean;
}

export class SealedRoom {
  readonly views: readonly StateView[];
  readonly #serializer = new TapSerializer();
  readonly #memory: TreeTap;
  readonly #clients: FakeClient[] = [];
  #seen: Uint8Array | undefined;
  #isWhole = false;
  #tick = 0;

  constructor(state: Schema, memory: Schema, clients: { readonly plain: number; readonly viewing: number }) {
    this.#serializer.reset(state);
    this.#memory = new TreeTap(memory);
    for (let index = 0; index < clients.plain; index++) {
      this.#clients.push({
        state: JOINED,
        view: undefined,
        raw: (frame) => {
          this.#seen = Uint8Array.from(frame.subarray(PATCH_PREFIX_BYTES));
          this.#isWhole = frame[0] === ROOM_STATE;
        },
      });
    }
    this.views = Array.from({ length: clients.viewing }, () => new StateView());
    for (const view of this.views) this.#clients.push({ state: JOINED, view, raw() {} });
    this.#patch();
    this.#memory.take();
  }

  /** A client joins and gets the whole state, whatever is pending. */
  join(index: number): void {
    const client = this.#clients[index % Math.max(1, this.#clients.length)];
    this.#serializer.getFullState(client as unknown as Client);
  }

  /** What a client without a view gets when it joins, without its protocol byte. */
  wholeState(): Uint8Array {
    return this.#serializer.getFullState(undefined as never).slice(PATCH_PREFIX_BYTES);
  }

  /** The end of a tick: the patch leaves, and the entry that goes to the log. */
  tick(): Tick {
    this.#tick++;
    this.#seen = undefined;
    const patch = this.#patch();
    const memory = this.#memory.take();
    const seen = { seen: this.#seen, shared: patch?.shared, isWhole: this.#isWhole };
    if (this.#serializer.diverged || this.#memory.diverged)
      return { record: this.snapshot(), kind: RecordKind.SNAPSHOT, ...seen };
    const sections = new Map<SectionTag, Uint8Array>();
    if (patch !== undefined) sections.set(SectionTag.SHARED, patch.shared).set(SectionTag.HIDDEN, patch.hidden);
    if (memory !== undefined) sections.set(SectionTag.MEMORY, memory);
    return { record: this.#record(RecordKind.ENTRY, sections), kind: RecordKind.ENTRY, ...seen };
  }

  snapshot(): Uint8Array {
    const { shared, hidden } = this.#serializer.whole();
    return this.#record(
      RecordKind.SNAPSHOT,
      new Map<SectionTag, Uint8Array>([
        [SectionTag.SHARED, shared],
        [SectionTag.HIDDEN, hidden],
        [SectionTag.MEMORY, this.#memory.whole()],
      ]),
    );
  }

  #patch(): TreeBytes | undefined {
    try {
      this.#serializer.applyPatches(this.#clients as unknown as Client[]);
    } catch {
      // A sealed room reports it and goes on: what clients and log have then is looked at all the same.
    }
    return this.#serializer.takePatch();
  }

  #record(kind: RecordKind, sections: ReadonlyMap<SectionTag, Uint8Array>): Uint8Array {
    return encodeRecord({ kind, epoch: 1, tick: this.#tick, elapsedMs: this.#tick * 50, sections });
  }
}
