/**
 * Are two trees the same? Live on the left, decoded on the right. Looks at the fields themselves, not at toJSON: class of
 * every child, absent fields, entries of maps in any order, sets, and that an instance held twice is one instance again.
 * -0 is 0: Colyseus sees no change in a write of one over the other.
 */
import { $refId, ArraySchema, CollectionSchema, type IRef, MapSchema, Schema, SetSchema } from "@colyseus/schema";
import { asRead } from "./random-values.ts";

interface FieldMeta {
  readonly name: string;
  readonly type: unknown;
}

/** The declared fields of an instance, as its class's metadata has them. */
export function fieldsOf(instance: Schema): FieldMeta[] {
  const metadata = (instance.constructor as unknown as Record<symbol, Record<string, FieldMeta>>)[Symbol.metadata]!;
  const fields: FieldMeta[] = [];
  for (const index in metadata) fields.push(metadata[index]!); // `in`: a subclass's metadata inherits its base's
  return fields;
}

/** The element's type of a collection field's type; undefined when the field holds no collection. */
export function elementOf(type: unknown): { shape: "array" | "map" | "set" | "collection"; type: unknown } | undefined {
  if (typeof type !== "object" || type === null) return undefined;
  for (const shape of ["array", "map", "set", "collection"] as const) {
    if (shape in type) return { shape, type: (type as Record<string, unknown>)[shape] };
  }
  return undefined;
}

/**
 * The first difference as `path: live ≠ decoded`; undefined when there is none. `anyOrder`: sets and collections may hold the same
 * in another order.
 */
export function firstDifference(live: unknown, decoded: unknown, { anyOrder = false } = {}): string | undefined {
  return new Comparison(anyOrder).difference("", undefined, live, decoded);
}

class Comparison {
  readonly #twins = new Map<Schema, Schema>();
  readonly #taken = new Set<Schema>();
  readonly #anyOrder: boolean;

  constructor(anyOrder: boolean) {
    this.#anyOrder = anyOrder;
  }

  difference(path: string, type: unknown, live: unknown, decoded: unknown): string | undefined {
    const expected = typeof type === "string" ? asRead(type, live) : live;
    if (expected === decoded || Object.is(expected, decoded)) return undefined;
    if (live instanceof Schema && decoded instanceof Schema) return this.#instances(path, live, decoded);
    const element = elementOf(type);
    if (
      element !== undefined &&
      typeof live === "object" &&
      live !== null &&
      typeof decoded === "object" &&
      decoded !== null
    ) {
      return this.#collections(path, element.type, live, decoded);
    }
    return `${path}: ${show(expected)} ≠ ${show(decoded)}`;
  }

  #instances(path: string, live: Schema, decoded: Schema): string | undefined {
    if (live.constructor !== decoded.constructor)
      return `${path}: class ${live.constructor.name} ≠ ${decoded.constructor.name}`;
    const twin = this.#twins.get(live);
    if (twin !== undefined) return twin === decoded ? undefined : `${path}: one instance became two`;
    if (this.#taken.has(decoded)) return `${path}: two instances became one`;
    this.#twins.set(live, decoded);
    this.#taken.add(decoded);
    for (const { name, type } of fieldsOf(live)) {
      const found = this.difference(`${path}.${name}`, type, valueAt(live, name), valueAt(decoded, name));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #collections(path: string, type: unknown, live: object, decoded: object): string | undefined {
    if (live.constructor !== decoded.constructor)
      return `${path}: ${live.constructor.name} ≠ ${decoded.constructor.name}`;
    if (live instanceof MapSchema) return this.#maps(path, type, live, decoded as MapSchema<unknown>);
    const left = this.#anyOrder ? distinct(live, type) : elementsOf(live);
    const right = this.#anyOrder ? distinct(decoded, undefined) : elementsOf(decoded);
    if (left.length !== right.length)
      return `${path}: ${left.length} elements ${show(left)} ≠ ${right.length} ${show(right)}`;
    for (const [index, value] of left.entries()) {
      const found = this.difference(`${path}[${index}]`, type, value, right[index]);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #maps(path: string, type: unknown, live: MapSchema<unknown>, decoded: MapSchema<unknown>): string | undefined {
    const keys = [...live.keys()].sort();
    const others = [...decoded.keys()].sort();
    if (live.size !== decoded.size || keys.join("\n") !== others.join("\n"))
      return `${path}: keys ${show(keys)} ≠ ${show(others)}`;
    for (const key of keys) {
      const found = this.difference(`${path}{${key}}`, type, live.get(key), decoded.get(key));
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

/** Of a set or collection: what a reader can tell apart, in an order of its own. */
function distinct(collection: object, type: unknown): unknown[] {
  const elements = elementsOf(collection);
  if (collection instanceof ArraySchema) return elements;
  const read = elements.map((item) => (typeof type === "string" ? asRead(type, item) : item));
  const id = (item: unknown) => (item instanceof Schema ? String((item as IRef)[$refId]) : show(item));
  const byId = new Map(read.map((item) => [id(item), item]));
  return [...byId.keys()].sort().map((key) => byId.get(key));
}

function elementsOf(collection: object): unknown[] {
  if (collection instanceof ArraySchema || collection instanceof SetSchema || collection instanceof CollectionSchema) {
    return [...(collection as Iterable<unknown>)];
  }
  throw new TypeError(`a collection expected, ${collection.constructor.name} got`);
}

export function valueAt(instance: object, name: string): unknown {
  return (instance as Record<string, unknown>)[name];
}

export function show(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "string")
    return value.length > 40 ? `"${value.slice(0, 8)}…"(${value.length})` : JSON.stringify(value);
  if (Object.is(value, -0)) return "-0";
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  if (value instanceof Schema) return value.constructor.name;
  return String(value);
}
