/**
 * Random schema classes for the log's property: every primitive, `t.quantized`, refs, optional refs and all four
 * collections, plain or hidden behind `.view()`, with a base class and a subclass in the same collections.
 *
 *   Tip    primitives only
 *   Leaf   primitives, a ref to a Tip, arrays of primitives;  Twig extends Leaf with more of the same
 *   Node   all of it, holding Leaf (or Twig) and Tip
 *   root   all of it, holding Node, Leaf (or Twig) and Tip
 *
 * Left out, since the log does not carry them: see server/src/log/unlogged-fields.ts.
 */
import { type FieldsAndMethods, Schema, schema, t } from "@colyseus/schema";
import fc from "fast-check";
import { PRIMITIVES, type PrimitiveName } from "./random-values.ts";

export type SchemaClass = new () => Schema;

const SHAPES = ["primitive", "quantized", "ref", "optional", "array", "map", "set", "collection"] as const;

export interface FieldSpec {
  readonly shape: (typeof SHAPES)[number];
  /** Picks a primitive, or a class when the shape needs one. */
  readonly of: number;
  /** The element is a class, for collections. */
  readonly ofClass: boolean;
  /** undefined: everyone sees it; -1: `.view()`; else `.view(tag)`. */
  readonly tag: number | undefined;
}

export interface TreeSpec {
  readonly tip: readonly FieldSpec[];
  readonly leaf: readonly FieldSpec[];
  readonly twig: readonly FieldSpec[];
  readonly node: readonly FieldSpec[];
  readonly root: readonly FieldSpec[];
}

export interface TreeClasses {
  readonly root: SchemaClass;
  /** Classes of which new instances are made: [class, classes that fit where it is asked for]. */
  readonly fitting: ReadonlyMap<SchemaClass, readonly SchemaClass[]>;
  /** Every class, for {@link forget}. */
  readonly all: readonly SchemaClass[];
}

function fieldArb(shapes: readonly FieldSpec["shape"][]): fc.Arbitrary<FieldSpec> {
  return fc.record({
    shape: fc.constantFrom(...shapes),
    of: fc.nat(59),
    ofClass: fc.boolean(),
    tag: fc.constantFrom(undefined, undefined, undefined, -1, 1),
  });
}

/** A tree of classes. The memory of a room has no hidden fields: pass `hidden: false`. */
export function treeSpecArb({ hidden }: { hidden: boolean }): fc.Arbitrary<TreeSpec> {
  const fields = (max: number, shapes: readonly FieldSpec["shape"][]) =>
    fc
      .array(fieldArb(shapes), { minLength: 1, maxLength: max })
      .map((specs) => (hidden ? specs : specs.map((spec) => ({ ...spec, tag: undefined }))));
  return fc.record({
    tip: fields(3, ["primitive", "quantized"]),
    leaf: fields(3, ["primitive", "quantized", "ref", "array"]),
    // No tag but `.view()` in a subclass: upstream.test.ts, "a subclass's view tag leaks into its base".
    twig: fields(2, ["primitive", "quantized", "optional", "map"]).map((specs) =>
      specs.map((spec) => ({ ...spec, tag: spec.tag === 1 ? -1 : spec.tag })),
    ),
    node: fields(4, SHAPES),
    root: fields(6, SHAPES),
  });
}

/** A hidden field of this tree may hold instances. */
export function hidesInstances(spec: TreeSpec): boolean {
  return Object.values(spec).some((fields: readonly FieldSpec[]) =>
    fields.some(({ shape, tag }) => tag !== undefined && shape !== "primitive" && shape !== "quantized"),
  );
}

export function buildTree(spec: TreeSpec, name: string): TreeClasses {
  const Tip = build(spec.tip, `${name}Tip`, []);
  const Leaf = build(spec.leaf, `${name}Leaf`, [Tip]);
  const Twig = build(spec.twig, `${name}Twig`, [Tip], Leaf);
  const Node = build(spec.node, `${name}Node`, [Leaf, Leaf, Tip]);
  const root = build(spec.root, `${name}Root`, [Node, Leaf, Leaf, Tip]);
  const fitting = new Map([
    [Tip, [Tip]],
    [Leaf, [Leaf, Twig]],
    [Node, [Node]],
  ]);
  return { root, fitting, all: [Tip, Leaf, Twig, Node, root] };
}

function build(
  specs: readonly FieldSpec[],
  name: string,
  classes: readonly SchemaClass[],
  base?: SchemaClass,
): SchemaClass {
  const fields: Record<string, unknown> = {};
  for (const [index, spec] of specs.entries()) {
    const builder = builderOf(spec, classes);
    fields[`${base === undefined ? "" : "x"}${spec.shape}${index}`] =
      spec.tag === undefined ? builder : builder.view(spec.tag);
  }
  return schema(fields as FieldsAndMethods, name, (base ?? Schema) as typeof Schema) as unknown as SchemaClass;
}

interface Builder {
  view(tag: number): unknown;
}

function builderOf(spec: FieldSpec, classes: readonly SchemaClass[]): Builder {
  const primitive = PRIMITIVES[spec.of % PRIMITIVES.length]!;
  const child = classes[spec.of % Math.max(1, classes.length)];
  const element = (spec.ofClass ? child : undefined) ?? primitive;
  switch (spec.shape) {
    case "primitive":
      return primitiveBuilder(primitive);
    case "quantized":
      return t.quantized({
        min: -1,
        max: 1,
        bits: ([8, 16, 32] as const)[spec.of % 3]!,
        mode: spec.of % 2 === 0 ? "clamp" : "wrap",
      });
    case "ref":
      return child === undefined ? primitiveBuilder(primitive) : t.ref(child as typeof Schema);
    case "optional":
      return child === undefined ? primitiveBuilder(primitive) : t.ref(child as typeof Schema).optional();
    case "array":
      return t.array(element as "string");
    case "map":
      return t.map(element as "string");
    case "set":
      return t.set(element as "string");
    case "collection":
      return t.collection(element as "string");
  }
}

function primitiveBuilder(name: PrimitiveName): Builder {
  return t[name]();
}
