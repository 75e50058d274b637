/** Values of every primitive at its bounds, and what each becomes on the wire. */
import fc from "fast-check";

export const PRIMITIVES = [
  "string",
  "number",
  "boolean",
  "int8",
  "uint8",
  "int16",
  "uint16",
  "int32",
  "uint32",
  "int64",
  "uint64",
  "float32",
  "float64",
  "bigint64",
  "biguint64",
] as const;
export type PrimitiveName = (typeof PRIMITIVES)[number];

const FLOATS = [
  0,
  -0,
  1,
  -1.5,
  0.1,
  Math.PI,
  1e-9,
  -1e21,
  3.4028234663852886e38,
  5e-324,
  Number.MAX_VALUE,
  Number.NaN,
  Infinity,
  -Infinity,
];
const whole = (min: number, max: number) => [0, 1, min, max, Math.trunc(max / 3), Math.trunc(min / 3)];

const VALUES: Readonly<Record<PrimitiveName, readonly unknown[]>> = {
  string: [
    "",
    "a",
    "ninelives",
    "é",
    "日本語",
    "🐈‍⬛",
    "half \ud83d",
    "\u0000",
    "x".repeat(31),
    "x".repeat(32),
    "ä".repeat(128),
    "y".repeat(300),
  ],
  number: [
    ...FLOATS,
    127,
    128,
    255,
    256,
    65_535,
    65_536,
    2 ** 31,
    2 ** 32,
    -1,
    -32,
    -33,
    -128,
    -129,
    -32_769,
    -(2 ** 31),
    -(2 ** 31) - 1,
    2 ** 53 - 1,
  ],
  boolean: [true, false],
  int8: whole(-128, 127),
  uint8: whole(0, 255),
  int16: whole(-32_768, 32_767),
  uint16: whole(0, 65_535),
  int32: whole(-(2 ** 31), 2 ** 31 - 1),
  uint32: whole(0, 2 ** 32 - 1),
  int64: whole(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  uint64: whole(0, Number.MAX_SAFE_INTEGER),
  float32: FLOATS,
  float64: FLOATS,
  bigint64: [0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 123_456_789_012_345n],
  biguint64: [0n, 1n, 2n ** 64n - 1n, 2n ** 63n, 2n ** 32n],
};

export const QUANTIZED_VALUES: readonly number[] = [0, -1, 1, 0.5, -0.25, 1e-9, 7, -7];

/** A value of that type; `pick` decides which. */
export function valueOf(type: PrimitiveName, pick: number): unknown {
  const values = VALUES[type];
  return values[pick % values.length];
}

/**
 * What a reader gets for a live value. Halves of surrogate pairs become U+FFFD (adapter/strings.ts). Colyseus rounds two types
 * by design, and the live field keeps the unrounded value:
 * `float32`, and `number`, which goes as a float32 when that is within 0.0001, and writes NaN as 0 and the infinities as the
 * largest safe integers (proven in upstream.test.ts).
 */
export function asRead(type: string, value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value !== "number") return value;
  if (type === "float32") return Math.fround(value);
  if (type !== "number") return value;
  if (Number.isNaN(value)) return 0;
  if (!Number.isFinite(value)) return value > 0 ? Number.MAX_SAFE_INTEGER : -Number.MAX_SAFE_INTEGER;
  if (value === (value | 0)) return value;
  const rounded = Math.fround(value);
  return Math.abs(Math.abs(rounded) - Math.abs(value)) < 1e-4 ? rounded : value;
}

/** Numbers that decide one mutation; {@link World} reads them against whatever the tree is at that moment. */
export interface Step {
  readonly slot: number;
  readonly kind: number;
  readonly index: number;
  readonly value: number;
}

export const stepArb: fc.Arbitrary<Step> = fc.record({
  slot: fc.nat(199),
  kind: fc.nat(59),
  index: fc.nat(9),
  value: fc.nat(59),
});
