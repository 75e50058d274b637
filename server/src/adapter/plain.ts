/** Trees whose classes are not those of today: read from a log by its own layout. As plain data, or carried over into a class. */
import { ArraySchema, CollectionSchema, MapSchema, Schema, SetSchema } from "@colyseus/schema";
import type { SchemaClass } from "@ninelives/shared-schema";

interface FieldMeta {
  readonly name: string;
  readonly type: unknown;
}

/** What a tree holds, as plain data: every field that has a value, hidden ones included. */
export function plainOf(read: unknown): unknown {
  if (read instanceof Schema) {
    const fields = fieldsOf(read.constructor).map(({ name }) => [name, Reflect.get(read, name) as unknown] as const);
    const filled = fields.filter(([, value]) => value !== undefined && value !== null);
    return Object.fromEntries(filled.map(([name, value]) => [name, plainOf(value)]));
  }
  if (read instanceof MapSchema) return Object.fromEntries([...read].map(([key, item]) => [key, plainOf(item)]));
  if (read instanceof ArraySchema || read instanceof SetSchema || read instanceof CollectionSchema) {
    return Array.from(read.values(), (item) => plainOf(item));
  }
  return read;
}

/** The same content in a new tree of this class, field by field: what the class has beyond it has its default. */
export function carriedOver<T extends Schema>(read: Schema, treeClass: SchemaClass<T>): T {
  const made = new treeClass();
  for (const { name, type } of fieldsOf(treeClass)) {
    const value: unknown = Reflect.get(read, name);
    if (value !== undefined && value !== null) Reflect.set(made, name, carriedInto(type, value));
  }
  return made;
}

/** `type`: of the field or of the items, as Colyseus's metadata has it. */
function carriedInto(type: unknown, value: unknown): unknown {
  if (value instanceof Schema) return carriedOver(value, type as SchemaClass);
  if (value instanceof MapSchema) {
    const { map } = type as { readonly map: unknown };
    return new MapSchema(new Map([...value].map(([key, item]) => [key, carriedInto(map, item)])));
  }
  if (typeof value === "object")
    throw new TypeError("a value, an instance or a map expected in what the host remembers");
  return value;
}

function fieldsOf(treeClass: object): FieldMeta[] {
  const metadata = (treeClass as Record<symbol, Record<string, FieldMeta>>)[Symbol.metadata]!;
  const fields: FieldMeta[] = [];
  for (const index in metadata) fields.push(metadata[index]!);
  return fields;
}
