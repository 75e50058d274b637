/**
 * How the bytes of a tree are to be read: its layout, as Colyseus's reflection writes it. A log carries the layouts of its trees, so
 * that it can be read without the classes that wrote it, and so that nobody reads it with classes it does not fit.
 *
 * Classes fit bytes of an earlier layout when every class has the earlier fields in their places, with their names and types, and what is
 * new stands behind them. Anything else would be read as something it never was, and nothing in the bytes would say so.
 */
import { Decoder, Encoder, Reflection, Schema } from "@colyseus/schema";
import type { SchemaClass } from "../room-type.ts";
import { crc32 } from "./crc32.ts";

export type Layout = Uint8Array;

interface FieldLayout {
  readonly name: string;
  readonly type: string;
  readonly childPrimitive?: string | undefined;
  /** Id of the class it holds; -1: primitives; undefined: it is one. */
  readonly referencedType?: number | undefined;
  readonly quantized?: { readonly min: number; readonly max: number; readonly bits: number; readonly mode: number };
}

interface ClassLayout {
  readonly id: number;
  readonly extendsId?: number | undefined;
  readonly fields: Iterable<FieldLayout>;
}

/** Names of fields, by the class that has them. */
export type FieldsOf = ReadonlyMap<SchemaClass, readonly string[]>;

const made = new WeakMap<SchemaClass, Layout>();

/** Colyseus's `Schema` itself stands for a tree of any class; to reflect it would give it fields, and so every class that extends it. */
const ANY: Layout = new Uint8Array();

/** The same bytes at every call. */
export function layoutOf(treeClass: SchemaClass): Layout {
  if ((treeClass as unknown) === Schema) return ANY;
  let layout = made.get(treeClass);
  if (layout === undefined) made.set(treeClass, (layout = Reflection.encode(new Encoder(new treeClass()))));
  return layout;
}

/** Eight hex digits that stand for a class's layout. */
export function layoutHash(treeClass: SchemaClass): string {
  const layout = layoutOf(treeClass);
  return crc32(layout, 0, layout.length).toString(16).padStart(8, "0");
}

/** What reads bytes of this layout, into classes made for it: nameless, and with fields of the same names. */
export function readerOf(layout: Layout): Decoder<Schema> {
  return Reflection.decode(layout);
}

/**
 * Why this class cannot read bytes of that layout, in words; undefined: it can. `path`: what the tree is called. `part`: only that
 * field of the tree is to be read.
 */
export function misfit(layout: Layout, treeClass: SchemaClass, path: string, part?: string): string | undefined {
  const here = layoutOf(treeClass);
  if (isSame(layout, here)) return undefined;
  const comparison = new Comparison(new Classes(layout), new Classes(here));
  return part === undefined ? comparison.misfit(path) : comparison.misfitOf(path, part);
}

/** The fields of which bytes of that layout say nothing, for classes that fit it. */
export function newFields(layout: Layout, treeClass: SchemaClass): FieldsOf {
  const here = layoutOf(treeClass);
  if (isSame(layout, here)) return new Map();
  const comparison = new Comparison(new Classes(layout), new Classes(here));
  comparison.misfit("");
  const { types } = new Encoder(new treeClass()).context;
  return new Map(comparison.added().map(([id, names]) => [types[id] as SchemaClass, names]));
}

function isSame(one: Layout, other: Layout): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

/** The classes of a layout, by the ids that stand for them in the bytes. */
class Classes {
  readonly root: number;
  readonly #byId: ReadonlyMap<number, ClassLayout>;

  constructor(layout: Layout) {
    const reflection = new Reflection();
    new Decoder(reflection).decode(layout);
    this.root = reflection.rootType ?? 0;
    this.#byId = new Map(Array.from(reflection.types as Iterable<ClassLayout>, (type) => [type.id, type]));
  }

  /** Those of which an instance may stand where another class is declared: their id is in the bytes. */
  get derived(): number[] {
    return [...this.#byId.values()].filter(({ extendsId }) => extendsId !== undefined).map(({ id }) => id);
  }

  has(id: number): boolean {
    return this.#byId.has(id);
  }

  /** In their places, those of the base class first. */
  fields(id: number): FieldLayout[] {
    const type = this.#byId.get(id);
    if (type === undefined) return [];
    return [...(type.extendsId === undefined ? [] : this.fields(type.extendsId)), ...type.fields];
  }
}

class Comparison {
  readonly #log: Classes;
  readonly #here: Classes;
  /** Class of the log -> class that reads it. */
  readonly #pairs = new Map<number, number>();

  constructor(log: Classes, here: Classes) {
    this.#log = log;
    this.#here = here;
  }

  misfit(path: string): string | undefined {
    const found = this.#pair(path, this.#log.root, this.#here.root);
    if (found !== undefined) return found;
    for (const id of this.#log.derived) {
      const place = `a subclass in ${path}`;
      const other = this.#here.has(id) ? this.#pair(place, id, id) : `${place} is not here`;
      if (other !== undefined) return other;
    }
    return undefined;
  }

  misfitOf(path: string, part: string): string | undefined {
    const [was, is] = [this.#log, this.#here].map((classes) =>
      classes.fields(classes.root).find(({ name }) => name === part),
    );
    const at = `${path}.${part}`;
    if (was?.referencedType === undefined || is?.referencedType === undefined) return `${at} is not in both`;
    return this.#pair(at, was.referencedType, is.referencedType);
  }

  /** Of classes that fit, by their ids here: fields that only they have. */
  added(): (readonly [id: number, names: string[]])[] {
    return [...this.#pairs].map(([log, here]) => {
      const fields = this.#here.fields(here).slice(this.#log.fields(log).length);
      return [here, fields.map(({ name }) => name)];
    });
  }

  #pair(path: string, log: number, here: number): string | undefined {
    const known = this.#pairs.get(log);
    if (known !== undefined) return known === here ? undefined : `${path} is of another class here`;
    this.#pairs.set(log, here);
    const fields = this.#here.fields(here);
    for (const [place, was] of this.#log.fields(log).entries()) {
      const is = fields[place];
      const at = `${path}.${was.name}`;
      if (is === undefined) return `${at} is in the log and not here`;
      if (is.name !== was.name) return `${at} is in the log where ${path}.${is.name} is here`;
      if (typeText(is) !== typeText(was)) return `${at} is ${typeText(was)} in the log and ${typeText(is)} here`;
      if (!holdsClass(was) || !holdsClass(is)) continue;
      const inner = this.#pair(was.type === "ref" ? at : `${at}[]`, was.referencedType, is.referencedType);
      if (inner !== undefined) return inner;
    }
    return undefined;
  }
}

function holdsClass(field: FieldLayout): field is FieldLayout & { readonly referencedType: number } {
  return field.referencedType !== undefined && field.referencedType >= 0;
}

/** As much of a field's type as its own bytes depend on. */
function typeText(field: FieldLayout): string {
  const { type, childPrimitive, quantized } = field;
  if (quantized !== undefined) {
    const { min, max, bits, mode } = quantized;
    return `quantized(${min} to ${max}, ${bits} bits${mode === 1 ? ", wrapping" : ""})`;
  }
  if (type === "ref") return "an instance";
  return holdsClass(field) ? `${type} of instances` : [type, childPrimitive].filter(Boolean).join(" of ");
}
