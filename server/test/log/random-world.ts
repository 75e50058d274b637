/**
 * A live tree under random mutation. A step is four numbers; what they mean depends on the tree of that moment: `slot` picks a
 * field of any instance that can be reached, `kind` what is done to it, `index` and `value` where and with what.
 */
import { ArraySchema, CollectionSchema, MapSchema, Schema, SetSchema } from "@colyseus/schema";
import { changeArray, newArray } from "./random-array.ts";
import type { SchemaClass, TreeClasses } from "./random-schema.ts";
import { type PrimitiveName, QUANTIZED_VALUES, type Step, valueOf } from "./random-values.ts";
import { elementOf, fieldsOf, show, valueAt } from "./same-tree.ts";

const KEYS = ["a", "b", "é🐈", "", "k".repeat(40)];

interface Slot {
  readonly owner: Schema;
  readonly name: string;
  readonly type: unknown;
}

export class World {
  readonly root: Schema;
  readonly #classes: TreeClasses;
  readonly #shares: boolean;
  /** Instances that were in the tree and may come back. */
  readonly #removed = new Set<Schema>();
  readonly #names = new Map<Schema, string>();

  /** `shares`: an instance may be held in several places at once. */
  constructor(classes: TreeClasses, { shares, root }: { readonly shares: boolean; readonly root?: Schema }) {
    this.#classes = classes;
    this.#shares = shares;
    this.root = root ?? new classes.root();
  }

  /** Every instance that can be reached, the root first. */
  instances(from = this.root): Schema[] {
    const found = new Set<Schema>([from]);
    for (const instance of found) {
      for (const { name } of fieldsOf(instance)) {
        const value = valueAt(instance, name);
        if (value instanceof Schema) found.add(value);
        else if (isCollection(value)) for (const item of value.values()) if (item instanceof Schema) found.add(item);
      }
    }
    return [...found];
  }

  /** Does one thing to the tree and says what. */
  apply(step: Step): string {
    const before = this.instances();
    const slots = before.flatMap((owner) => fieldsOf(owner).map(({ name, type }): Slot => ({ owner, name, type })));
    const slot = slots[step.slot % slots.length]!;
    const done = this.#change(slot, step);
    const after = new Set(this.instances());
    for (const instance of before) if (!after.has(instance)) this.#removed.add(instance);
    for (const instance of after) this.#removed.delete(instance);
    return `${this.nameOf(slot.owner)}.${slot.name}${done}`;
  }

  nameOf(instance: Schema): string {
    let name = this.#names.get(instance);
    if (name === undefined) this.#names.set(instance, (name = `${instance.constructor.name}#${this.#names.size}`));
    return name;
  }

  #change({ owner, name, type }: Slot, step: Step): string {
    const set = (value: unknown) => Reflect.set(owner, name, value);
    const element = elementOf(type);
    if (element !== undefined) return this.#changeCollection(owner, name, element, step);
    if (typeof type === "function") return this.#changeRef(owner, name, type as SchemaClass, step);
    const absent = step.kind % 8 === 0;
    const value = absent
      ? undefined
      : typeof type === "string"
        ? valueOf(type as PrimitiveName, step.value)
        : QUANTIZED_VALUES[step.value % QUANTIZED_VALUES.length];
    set(value);
    return ` = ${show(value)}`;
  }

  #changeRef(owner: Schema, name: string, type: SchemaClass, step: Step): string {
    const value = step.kind % 3 === 0 && name.includes("optional") ? undefined : this.#child(type, step);
    Reflect.set(owner, name, value);
    return ` = ${this.#show(value)}`;
  }

  #changeCollection(
    owner: Schema,
    name: string,
    element: NonNullable<ReturnType<typeof elementOf>>,
    step: Step,
  ): string {
    const items = Array.from({ length: 1 + (step.value % 3) }, (_, offset) =>
      this.#item(element.type, { ...step, value: step.value + offset * 7 }),
    );
    const distinct = [...new Set(items)];
    const collection = valueAt(owner, name);
    if (step.kind % 20 === 19 || collection === undefined) {
      const fresh = newCollection(element.shape, distinct);
      Reflect.set(owner, name, fresh);
      return ` = new ${element.shape}(${distinct.map((item) => this.#show(item)).join(", ")})`;
    }
    if (collection instanceof ArraySchema) return changeArray(collection, distinct, step, (item) => this.#show(item));
    if (collection instanceof MapSchema) return this.#changeMap(collection, distinct[0], step);
    return this.#changeBag(collection as SetSchema<unknown> | CollectionSchema<unknown>, distinct[0], step);
  }

  #changeMap(map: MapSchema<unknown>, item: unknown, step: Step): string {
    const key = KEYS[step.index % KEYS.length]!;
    if (step.kind % 12 === 11) {
      map.clear();
      return ".clear()";
    }
    if (step.kind % 3 === 0) return `.delete(${show(key)}) -> ${map.delete(key)}`;
    map.set(key, item);
    return `.set(${show(key)}, ${this.#show(item)})`;
  }

  #changeBag(bag: SetSchema<unknown> | CollectionSchema<unknown>, item: unknown, step: Step): string {
    if (step.kind % 12 === 11) {
      bag.clear();
      return ".clear()";
    }
    if (step.kind % 3 === 0 && bag.size > 0) {
      const victim = [...bag.values()][step.index % bag.size];
      bag.delete(victim);
      return `.delete(${this.#show(victim)})`;
    }
    bag.add(item);
    return `.add(${this.#show(item)})`;
  }

  #item(type: unknown, step: Step): unknown {
    return typeof type === "string"
      ? valueOf(type as PrimitiveName, step.value)
      : this.#child(type as SchemaClass, step);
  }

  /** A new instance, one that is in the tree already, or one that was in it before. */
  #child(type: SchemaClass, step: Step): Schema {
    const source = (step.value + step.kind) % 5;
    const known = source === 0 && this.#shares ? this.instances() : source === 1 ? [...this.#removed] : [];
    const held = new Set(this.#shares ? [] : this.instances());
    const free = (instance: Schema) => this.#shares || !this.instances(instance).some((part) => held.has(part));
    const candidates = known.filter((instance) => instance instanceof type && instance !== this.root && free(instance));
    const old = candidates[step.index % Math.max(1, candidates.length)];
    if (old !== undefined) return old;
    const fitting = this.#classes.fitting.get(type)!;
    const made = new fitting[step.value % fitting.length]!();
    for (const [offset, field] of fieldsOf(made).entries()) {
      if (typeof field.type === "string")
        Reflect.set(made, field.name, valueOf(field.type as PrimitiveName, step.value + offset));
    }
    return made;
  }

  #show(value: unknown): string {
    return value instanceof Schema ? this.nameOf(value) : show(value);
  }
}

function isCollection(value: unknown): value is { values(): Iterable<unknown> } {
  return (
    value instanceof ArraySchema ||
    value instanceof MapSchema ||
    value instanceof SetSchema ||
    value instanceof CollectionSchema
  );
}

function newCollection(shape: "array" | "map" | "set" | "collection", items: readonly unknown[]): object {
  if (shape === "array") return newArray(items);
  if (shape === "set") return new SetSchema([...items]);
  if (shape === "collection") return new CollectionSchema([...items]);
  return new MapSchema(new Map(items.map((item, index) => [KEYS[index]!, item])));
}
