/** Colyseus's encoder, listened to: a tick is encoded once, and the log and the clients have the same bytes. */
import { $refId, type ChangeTree, Encoder, type IRef, MapSchema, type Root, Schema, StateView } from "@colyseus/schema";
import { joined, type LiveTree, Mirror, type TreeBytes } from "../log/mirror.ts";
import "./sets.ts";
import { wellFormedStrings } from "./strings.ts";

/** Sees every field of every tree: its pass over the changes yields the bytes that `.view()` fields hide from clients. */
class AllSeeingView extends StateView {
  override isVisible(): boolean {
    return true;
  }
  override isChangeTreeVisible(_tree: ChangeTree): boolean {
    return true;
  }
  override hasTagOnTree(): boolean {
    return true;
  }
  override hasTag(): boolean {
    return true;
  }
}

/**
 * Sees the same, and spares the pass over the changes all trees that have no hidden change: what a hidden field holds is
 * hidden itself, so a tree that is neither hidden nor has a changed field with a view tag puts nothing into this pass.
 */
class HiddenChangesView extends AllSeeingView {
  override isChangeTreeVisible(tree: ChangeTree): boolean {
    const { isSchema, hasAnyView, tags } = tree.encDescriptor;
    if (tree.isFiltered) return true;
    if (!isSchema || !hasAnyView) return false;
    for (let index = 0; index < tags.length; index++) {
      if (tags[index] !== undefined && tree.getChange(index) !== undefined) return true;
    }
    return false;
  }
}

const NOTHING = new Uint8Array(0);
/** Where encoders start; a larger state grows its own buffer once. Bytes. */
Encoder.BUFFER_SIZE = 64 * 1024;

/**
 * An encoder that encodes a tick once and lets the log and the clients have the same bytes. The bytes are a copy, so a frame
 * that waits in a slow socket is never overwritten by the next tick.
 */
export class TapEncoder<T extends Schema> extends Encoder<T> {
  #shared: Uint8Array | undefined;
  #scratch = NOTHING;
  #mirror: Mirror | undefined;
  readonly #allSeeing = new AllSeeingView();
  readonly #hiddenChanges = new HiddenChangesView();
  /** The last patch does not decode to the live tree: the log needs {@link whole} in its place. */
  diverged = false;
  /** The changes pending now would be decoded to something else: whoever reads patches needs the whole tree instead. */
  misread = false;
  /** Somebody took a snapshot, so there is a log. Without one nobody reads hidden bytes, and none are made. */
  #logged = false;
  readonly #moves: Moves;

  constructor(...args: ConstructorParameters<typeof Encoder<T>>) {
    super(...args);
    wellFormedStrings(this.context);
    this.#moves = movesOf(this.root);
  }

  readonly #live: LiveTree = {
    at: (refId) => this.root.changeTrees[refId]?.ref,
    holders: (refId) => this.root.refCount[refId] ?? 0,
  };

  /** What changed since the last discard; undefined when nothing did. Asking twice gives the same bytes. */
  changes(prefixBytes: number): TreeBytes | undefined {
    if (!this.hasChanges) return undefined;
    const shared = this.encode({ offset: prefixBytes }).subarray(prefixBytes);
    if (!this.#logged || !this.context.hasFilters) return { shared, hidden: NOTHING };
    return { shared, hidden: this.#own((buffer) => super.encode({ offset: 0 }, this.#hiddenChanges, buffer, 0)) };
  }

  /** As {@link changes}, once per patch; and looks whether a reader of them has the live tree. */
  compared(prefixBytes: number): TreeBytes | undefined {
    const changes = this.changes(prefixBytes);
    if (changes === undefined || this.#mirror === undefined || this.diverged) return changes;
    if (this.#isSimple()) this.#mirror.keep(changes);
    else this.misread = !this.#mirror.follows(changes, this.#changed(), this.#live);
    this.diverged = this.misread;
    return changes;
  }

  /** The patch only writes fields, and puts new instances into fields and maps: none of that has ever decoded wrongly. */
  #isSimple(): boolean {
    if (this.#moves.any) return false;
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
    this.#mirror = Mirror.of(this.state, bytes);
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
    this.misread = false;
    this.#moves.any = false;
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

interface Moves {
  /** An instance was put into the tree that was in it before, or was taken out of one of several places, since the discard. */
  any: boolean;
}

/**
 * Outside of the encoder: Colyseus holds on to a root for as long as there is a view of it, and the encoder has the view it
 * encoded for last. A root that had the encoder would keep all three for good.
 */
function movesOf(root: Root): Moves {
  const moves = { any: false };
  const add = root.add.bind(root);
  root.add = (tree) => {
    moves.any ||= tree.ref[$refId] !== undefined;
    return add(tree);
  };
  const remove = root.remove.bind(root);
  root.remove = (tree) => {
    const holders = remove(tree);
    moves.any ||= holders > 0;
    return holders;
  };
  return moves;
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
