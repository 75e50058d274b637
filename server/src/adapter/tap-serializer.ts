/** Colyseus's serializer with the listening encoder in it: what a sealed room sends its clients with. */
import { type Client, ClientState, Protocol, SchemaSerializer } from "@colyseus/core";
import { Root, type Schema, TypeContext } from "@colyseus/schema";
import type { TreeBytes } from "../log/mirror.ts";
import type { Sorted } from "../outbox/slow-clients.ts";
import { firstFreeId } from "./rebuild.ts";
import { TapEncoder } from "./tap-encoder.ts";

/** Protocol byte that Colyseus keeps in front of the shared bytes of a patch. */
const PATCH_PREFIX_BYTES = 1;

type Clients = Parameters<SchemaSerializer<Schema>["applyPatches"]>[0];
type Timing = Parameters<SchemaSerializer<Schema>["applyPatches"]>[2];

/** Says who does not get a patch, and who gets the whole state instead. */
export interface Readers {
  sort(clients: readonly Client[]): Sorted | undefined;
  resynced(client: Client): void;
}

const EVERYBODY: Readers = { sort: () => undefined, resynced() {} };

/** The serializer of a sealed room: as Colyseus's, and every patch is handed to the log as well. */
export class TapSerializer extends SchemaSerializer<Schema> {
  #last: TreeBytes | undefined;
  readonly #readers: Readers;
  readonly #catchUp: (client: Client) => void;

  /** `catchUp`: called before a client that comes in gets the whole state; what would be in the next patch too has to be sent now. */
  constructor(readers = EVERYBODY, catchUp: (client: Client) => void = () => {}) {
    super();
    this.#readers = readers;
    this.#catchUp = catchUp;
  }

  /** A tree may be put under one root only, so for a restored one Colyseus looks at an empty tree of its class. */
  override reset(state: Schema): void {
    const nextId = firstFreeId(state);
    super.reset(nextId === undefined ? state : new (state.constructor as new () => Schema)());
    const root =
      nextId === undefined ? this.encoder.root : new Root(TypeContext.cache(state.constructor as never), nextId);
    this.encoder = new TapEncoder(state, root);
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

  /** What a view adds is encoded behind the rest, in a buffer that Colyseus leaves too small when the rest has outgrown it. */
  override getFullState(...[client, timing]: Parameters<SchemaSerializer<Schema>["getFullState"]>): Uint8Array {
    if (client !== undefined) this.#catchUp(client);
    const whole = super.getFullState(client, timing);
    if (this.fullEncodeCache.length <= this.fullEncodeBuffer.length) return whole.slice();
    this.fullEncodeBuffer = new Uint8Array(this.fullEncodeCache.length * 2);
    this.fullEncodeBuffer.set(this.fullEncodeCache);
    return super.getFullState(client, timing).slice();
  }

  /** The bytes of the last patch, once. */
  takePatch(): TreeBytes | undefined {
    const last = this.#last;
    this.#last = undefined;
    return last;
  }

  override applyPatches(clients: Clients, state?: unknown, timing?: Timing): boolean {
    const sorted = this.#readers.sort(clients);
    if (sorted === undefined) return this.#patch(clients, state, timing);
    try {
      return this.#patch(sorted.reading as Clients, state, timing);
    } finally {
      // What a view has to catch up with is in the whole state, and would grow until then.
      for (const { view } of sorted.behind) view?.changes.clear();
      for (const client of sorted.returning) {
        client.raw(this.getFullState(client, timing));
        this.#readers.resynced(client);
      }
    }
  }

  #patch(clients: Clients, state: unknown, timing: Timing): boolean {
    const encoder = this.encoder as TapEncoder<Schema>;
    try {
      this.#last = encoder.compared(PATCH_PREFIX_BYTES);
      if (!encoder.misread) return super.applyPatches(clients, state, timing);
      this.#startOver(clients, timing);
      return true;
    } catch (error) {
      this.#startOver(clients, timing);
      throw error;
    }
  }

  /**
   * A patch could not be made, could not be sent, or would be decoded to something else: everyone gets the whole state in
   * place of it. Throws when the state itself cannot be encoded; then nothing is lost.
   */
  #startOver(clients: Clients, timing: Timing): void {
    const encoder = this.encoder as TapEncoder<Schema>;
    this.needFullEncode = true;
    const frames = clients.map((client) => this.getFullState(client, timing));
    encoder.giveUp();
    for (const [index, client] of clients.entries())
      if (client.state === ClientState.JOINED) client.raw(frames[index]!);
  }
}
