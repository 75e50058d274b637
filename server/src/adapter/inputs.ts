/** What a room's inputs look like on the wire. */
import { matchMaker, type Room } from "@colyseus/core";

/** How a field is written: in so many bytes, or as its first byte says. */
export type FieldKind = number | "number" | "string";

export interface InputShape {
  /** By their places. */
  readonly fields: readonly (FieldKind | undefined)[];
  /** A stamp is a number and two bytes, not only a number. */
  readonly stampsBoth: boolean;
}

interface Inside {
  readonly _inputController?: { readonly options?: { readonly ctor: object } };
  _timelineMode?(): { readonly snapshot?: boolean; readonly reckon?: boolean } | undefined;
}

type Metadata = Readonly<Record<number, { readonly type: unknown }>>;

const KINDS: Readonly<Record<string, FieldKind>> = {
  string: "string",
  number: "number",
  boolean: 1,
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  float32: 4,
  int64: 8,
  uint64: 8,
  float64: 8,
  bigint64: 8,
  biguint64: 8,
};

/** A room of this process, whatever it is. */
export function roomHere(roomId: string): Room | undefined {
  return matchMaker.getLocalRoomById(roomId);
}

/** undefined: the room takes no inputs, or some field is of a type that is not known here. */
export function inputShapeOf(room: Room): InputShape | undefined {
  const inside = room as unknown as Inside;
  const type = inside._inputController?.options?.ctor;
  const fields = type === undefined ? undefined : inputFields(type);
  if (fields === undefined) return undefined;
  const { snapshot = false, reckon = false } = inside._timelineMode?.() ?? {};
  return { fields, stampsBoth: snapshot && reckon };
}

/** `type`: a schema class. */
export function inputFields(type: object): readonly (FieldKind | undefined)[] | undefined {
  const metadata = (type as { readonly [Symbol.metadata]?: Metadata })[Symbol.metadata] ?? {};
  const fields: (FieldKind | undefined)[] = [];
  for (let place = 0; metadata[place] !== undefined; place++) {
    const kind = kindOf(metadata[place]!.type);
    if (kind === undefined) return undefined;
    fields.push(kind);
  }
  return fields.length === 0 ? undefined : fields;
}

function kindOf(type: unknown): FieldKind | undefined {
  const { wire } = (type as { readonly quantized?: { readonly wire: string } }).quantized ?? { wire: type };
  return KINDS[String(wire)];
}
