/**
 * A reader of the log that runs beside its writer: it applies every patch as a restored room would and looks whether that
 * gives the live tree again. It exists because Colyseus's patches do not always: several changes of one array in one tick,
 * an instance held in two places and others decode to something else (server/test/log/upstream.test.ts lists them). When the
 * mirror stops agreeing, the log writes a snapshot in place of that patch, so what is restored is always what was live.
 *
 * Looked at after a patch: what the patch changed, and what it made the reader build anew. Patches that only write fields, or
 * put new instances into fields and maps, have never gone wrong (the property test says so): they are kept unread until one
 * that needs a look, and forgotten at the next snapshot. So a room of ships costs nothing here, a card game a decode a move.
 */
import { $childType, $refId, ArraySchema, Decoder, type IRef, MapSchema, Schema } from "@colyseus/schema";
import { unloggedFields } from "./unlogged-fields.ts";

/** A tree's bytes, split: `hidden` holds only `.view()` fields and must never reach a spectator. */
export interface TreeBytes {
  readonly shared: Uint8Array;
  readonly hidden: Uint8Array;
}

/** The live tree, asked by the ids it shares with its readers. */
export interface LiveTree {
  at(refId: number): IRef | undefined;
  /** Places that hold it. */
  holders(refId: number): number;
}

type SchemaClass = new () => Schema;
type Skipped = ReadonlyMap<SchemaClass, ReadonlySet<string>>;

/**
 * Patches kept unread, bytes, and in snapshots of this room; the larger of both is the cap. Beyond it they are forgotten, for
 * reading them would take milliseconds out of one tick: the next patch that needs a look is taken for a wrong one.
 */
const UNREAD_BYTES = 128 * 1024;
const UNREAD_SNAPSHOTS = 4;

interface FieldMeta {
  readonly name: string;
  readonly type: unknown;
}

export class Mirror {
  readonly #root: SchemaClass;
  /** Fields the log does not carry, by class: not looked at. */
  readonly #skipped: Skipped;
  /** The snapshot and the patches not applied yet. */
  #unread: TreeBytes[];
  #unreadBytes = 0;
  #forgot = false;
  readonly #unreadMaxBytes: number;
  #decoder: MirrorDecoder | undefined;

  private constructor(root: SchemaClass, whole: TreeBytes, skipped: Skipped) {
    this.#root = root;
    this.#unread = [whole];
    this.#unreadMaxBytes = Math.max(UNREAD_BYTES, UNREAD_SNAPSHOTS * sizeOf(whole));
    this.#skipped = skipped;
  }

  /**
   * The mirror of a tree from the snapshot `whole` on; undefined for a tree whose patches speak of instances that no
   * snapshot has, so that nobody can read its log as it stands.
   */
  static of(tree: Schema, whole: TreeBytes): Mirror | undefined {
    const root = tree.constructor as SchemaClass;
    const skipped = skippedOf(root);
    return skipped === undefined ? undefined : new Mirror(root, whole, skipped);
  }

  /** Takes a patch that needs no look; it is applied when one does. */
  keep(patch: TreeBytes): void {
    if (this.#forgot) return;
    this.#unread.push(patch);
    this.#unreadBytes += sizeOf(patch);
    if (this.#unreadBytes <= this.#unreadMaxBytes) return;
    this.#forgot = true;
    this.#unread = [];
    this.#decoder = undefined;
  }

  /** Applies a patch. false: a reader of it does not have the live tree, and this mirror is of no more use. */
  follows(patch: TreeBytes, changed: Iterable<IRef>, tree: LiveTree): boolean {
    if (this.#forgot) return false;
    const decoder = this.#catchUp();
    quietly(() => decoder.decode(joined(patch)));
    if (decoder.damaged) return false;
    // Let go of too early: a later change of it would find nobody.
    const lost = (refId: number) => tree.holders(refId) > 0 && !decoder.root.refs.has(refId);
    if (decoder.gone.splice(0).some(lost)) return false;
    for (const ref of changed) if (!this.#same(ref)) return false;
    for (const built of decoder.built.splice(0)) {
      const refId = built[$refId];
      if (refId === undefined || decoder.root.refs.get(refId) !== built) continue;
      // Held in several places: the others may still have the instance that was there before.
      const ref = tree.at(refId);
      if (ref === undefined || tree.holders(refId) > 1 || !this.#same(ref)) return false;
    }
    return true;
  }

  #catchUp(): MirrorDecoder {
    const decoder = (this.#decoder ??= new MirrorDecoder(new this.#root()));
    for (const bytes of this.#unread) quietly(() => decoder.decode(joined(bytes)));
    this.#unread = [];
    this.#unreadBytes = 0;
    this.#decoder.built.length = 0;
    return this.#decoder;
  }

  #same(live: IRef): boolean {
    const read = this.#decoder!.root.refs.get(live[$refId] ?? -1);
    if (read === undefined || read.constructor !== live.constructor) return false;
    if (!(live instanceof Schema)) return sameItems(live, read);
    const skipped = this.#skipped.get(live.constructor as SchemaClass);
    const metadata = (live.constructor as unknown as Record<symbol, Record<string, FieldMeta>>)[Symbol.metadata]!;
    for (const index in metadata) {
      const { name, type } = metadata[index]!;
      if (skipped?.has(name)) continue;
      const left: unknown = Reflect.get(live, name);
      const right: unknown = Reflect.get(read, name);
      if (!sameValue(type, left, right)) return false;
      if (typeof left === "object" && left !== null && !(left instanceof Schema) && !sameItems(left, right as object))
        return false;
    }
    return true;
  }
}

const known = new WeakMap<SchemaClass, { readonly skipped: Skipped | undefined }>();

function skippedOf(root: SchemaClass): Skipped | undefined {
  let found = known.get(root);
  if (found === undefined) {
    const fields = unloggedFields(root);
    const unreadable = fields.some(({ kind }) => kind === "patchOnly" || kind === "stream");
    const byClass = Map.groupBy(fields, ({ owner }) => owner);
    const skipped = new Map([...byClass].map(([owner, of]) => [owner, new Set(of.map(({ field }) => field))]));
    known.set(root, (found = { skipped: unreadable ? undefined : skipped }));
  }
  return found.skipped;
}

class MirrorDecoder extends Decoder<Schema> {
  /** Instances made since the list was last emptied. */
  readonly built: Schema[] = [];
  /** Ids let go of since the list was last emptied. */
  readonly gone: number[] = [];
  /** A patch spoke of an instance that this reader does not have. */
  damaged = false;

  constructor(root: Schema) {
    super(root);
    const { refs } = this.root;
    refs.delete = (refId) => {
      this.gone.push(refId);
      return Map.prototype.delete.call(refs, refId);
    };
  }

  override createInstanceOfType(...[type]: Parameters<Decoder["createInstanceOfType"]>): Schema {
    const built = super.createInstanceOfType(type);
    this.built.push(built);
    return built;
  }

  override skipCurrentStructure(...args: Parameters<Decoder["skipCurrentStructure"]>): void {
    this.damaged = true;
    super.skipCurrentStructure(...args);
  }
}

/** As a reader gets them: hidden bytes right behind the shared ones. */
export function joined({ shared, hidden }: TreeBytes): Uint8Array {
  return hidden.length === 0 ? shared : Buffer.concat([shared, hidden]);
}

function sizeOf({ shared, hidden }: TreeBytes): number {
  return shared.length + hidden.length;
}

/** The decoder writes what it cannot follow to the console; here that is what it is asked for, and answered elsewhere. */
function quietly(decode: () => void): void {
  const { error, warn } = console;
  Object.assign(console, { error() {}, warn() {} });
  try {
    decode();
  } finally {
    Object.assign(console, { error, warn });
  }
}

function sameItems(live: object, read: object): boolean {
  const type = (live as { readonly [$childType]?: unknown })[$childType];
  if (live instanceof ArraySchema) {
    const other = read as ArraySchema<unknown>;
    return live.length === other.length && live.every((item, index) => sameValue(type, item, other[index]));
  }
  if (live instanceof MapSchema) {
    const other = read as MapSchema<unknown>;
    if (live.size !== other.size) return false;
    for (const [key, item] of live) if (!sameValue(type, item, other.get(key))) return false;
    return true;
  }
  const left = [...(live as Iterable<unknown>)];
  const right = [...(read as Iterable<unknown>)];
  return left.length === right.length && left.every((item, index) => sameValue(type, item, right[index]));
}

/** Instances by identity, numbers as their type rounds them. Absent is undefined or null; -0 is 0. */
function sameValue(type: unknown, live: unknown, read: unknown): boolean {
  if (live === read) return true;
  if (typeof live === "string") return live.toWellFormed() === read;
  if (typeof live === "number") return Object.is(live, read) || sameNumber(type, live, read);
  if (typeof live !== "object" || live === null) return live === null && (read === undefined || read === "");
  return typeof read === "object" && read !== null && (live as IRef)[$refId] === (read as IRef)[$refId];
}

/** `float32` rounds, and so does `number` for most fractions; `number` knows no NaN and no infinity. */
function sameNumber(type: unknown, live: number, read: unknown): boolean {
  if (type === "float32") return Object.is(Math.fround(live) + 0, Number(read) + 0);
  if (type !== "number") return false;
  if (Number.isNaN(live)) return read === 0;
  return Number.isFinite(live) ? Math.fround(live) === read : read === Math.sign(live) * Number.MAX_SAFE_INTEGER;
}
