/**
 * A tree that was read from a log, made anew as one that can be changed and sent. A decoder's instances know nothing of
 * changes, so each is made a second time, once, however many places hold it.
 *
 * With `pinned` every instance keeps the id under which clients know it: they keep their own decoder over a change of the
 * owner, and an id that means something else would corrupt their state. New instances get ids beyond {@link NEW_IDS_AFTER}
 * more than the highest one, for the owner before may have given ids to clients that never reached its log. Entries of
 * maps, sets and collections keep their places for the same reason.
 *
 * A decoder makes instances without their constructors, so a field of which the log says nothing has no value there. Of one that the
 * log's build had, that is what it was; one that is new since then has its class's default.
 */
import { $refId, ArraySchema, CollectionSchema, type IRef, MapSchema, Schema, SetSchema } from "@colyseus/schema";
import type { FieldsOf, SchemaClass } from "@ninelives/shared-schema";

/** No owner gives out this many ids between two commits. */
const NEW_IDS_AFTER = 100_000;

/** Where a map keeps the places of its keys. */
interface Journaled {
  readonly journal: { nextIndex: number; readonly indexByKey: Readonly<Record<string, number>> };
}

interface FieldMeta {
  readonly name: string;
}

const firstFreeIds = new WeakMap<Schema, number>();

/** The first id that a rebuilt, pinned tree may give to a new instance; undefined for any other tree. */
export function firstFreeId(root: Schema): number | undefined {
  return firstFreeIds.get(root);
}

/** `added`: fields that the log knows nothing of. Default: none. */
export function rebuilt<T extends Schema>(
  read: T,
  { pinned, added = new Map() }: { readonly pinned: boolean; readonly added?: FieldsOf },
): T {
  const builder = new Builder(pinned, added);
  const root = builder.made(read) as T;
  if (pinned) firstFreeIds.set(root, builder.lastId + NEW_IDS_AFTER);
  return root;
}

/**
 * Puts a new tree in the place of one whose ids went up to `lastId`: its root is the root of both, and nothing else in it has an id that
 * meant something to a client.
 */
export function succeeding<T extends Schema>(tree: T, lastId: number): T {
  Object.defineProperty(tree, $refId, { value: 0, enumerable: false, writable: true });
  firstFreeIds.set(tree, lastId + NEW_IDS_AFTER);
  return tree;
}

class Builder {
  lastId = 0;
  readonly #pinned: boolean;
  readonly #added: FieldsOf;
  readonly #twins = new Map<object, object>();

  constructor(pinned: boolean, added: FieldsOf) {
    this.#pinned = pinned;
    this.#added = added;
  }

  made(read: unknown): unknown {
    if (typeof read !== "object" || read === null) return read;
    const known = this.#twins.get(read);
    if (known !== undefined) return known;
    const twin = blank(read);
    this.#twins.set(read, twin);
    if (this.#pinned) this.#pin(read as IRef, twin);
    this.#fill(read, twin);
    return twin;
  }

  #pin(read: IRef, twin: object): void {
    const id = read[$refId];
    if (id === undefined) return;
    Object.defineProperty(twin, $refId, { value: id, enumerable: false, writable: true });
    this.lastId = Math.max(this.lastId, id);
  }

  #addNew(read: Schema, twin: object): void {
    const readClass = read.constructor as SchemaClass;
    const names = this.#added.get(readClass)?.filter((name) => Reflect.get(read, name) === undefined) ?? [];
    if (names.length === 0) return;
    const fresh = new readClass();
    for (const name of names) Reflect.set(twin, name, Reflect.get(fresh, name));
  }

  #fill(read: object, twin: object): void {
    if (read instanceof Schema) {
      const metadata = (read.constructor as unknown as Record<symbol, Record<string, FieldMeta>>)[Symbol.metadata]!;
      for (const index in metadata) {
        const { name } = metadata[index]!;
        const value: unknown = Reflect.get(read, name);
        if (value !== undefined && value !== null) Reflect.set(twin, name, this.made(value));
      }
      this.#addNew(read, twin);
    } else if (read instanceof MapSchema) {
      const { journal } = twin as unknown as Journaled;
      let next = 0;
      for (const [key, item] of read as MapSchema<unknown>) {
        journal.nextIndex = (read as unknown as Journaled).journal.indexByKey[key] ?? next;
        (twin as MapSchema<unknown>).set(key, this.made(item));
        next = Math.max(next, journal.nextIndex);
      }
      journal.nextIndex = next;
    } else if (read instanceof ArraySchema) {
      for (const item of read as ArraySchema<unknown>) (twin as ArraySchema<unknown>).push(this.made(item));
    } else {
      let next = 0;
      for (const [index, item] of (read as SetSchema<unknown>).entries()) {
        Object.assign(twin, { $refId: index });
        (twin as SetSchema<unknown>).add(this.made(item));
        next = Math.max(next, index + 1);
      }
      Object.assign(twin, { $refId: next });
    }
  }
}

/** An instance without content, and without what its class's constructor would put into it. */
function blank(read: object): object {
  if (read instanceof Schema) {
    const made = Object.create(Object.getPrototypeOf(read) as object) as Schema;
    Schema.initialize(made);
    return made;
  }
  if (read instanceof MapSchema) return new MapSchema();
  if (read instanceof ArraySchema) return new ArraySchema();
  if (read instanceof SetSchema) return new SetSchema();
  if (read instanceof CollectionSchema) return new CollectionSchema();
  throw new TypeError(`a Schema or a collection expected in the tree, ${read.constructor.name} got`);
}
