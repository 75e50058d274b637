/**
 * Inputs: a delta of a flat schema, field by field, as its decoder reads it. What names no field of the room's input, ends in the middle
 * of one, says one twice or turns to another structure is refused: the decoder would write pages of log for it, or read `undefined`.
 *
 *   19, 0x80 with a stamp | stamp: number, and two bytes in rooms that rewind both ways | fields ... to the end
 *   field   bits 0-5 place, bits 6-7 operation (0x40: taken back, no value follows) | value as its type says
 */
import type { FieldKind, InputShape } from "../../adapter.ts";
import { NONE, numberEnd, placeIn, textEnd } from "./scalars.ts";

const PLACE = 0x3f;
const TAKEN_BACK = 0x40;
const OPERATION = 0xc0;
const OTHER_STRUCTURE = 0xff;
/** Where the fields are not known: a delta has at most 63 of 9 bytes at most, a byte of place each, and the stamp. */
const UNKNOWN_BYTES = 700;

/** `shape`: undefined for a room that takes no inputs, or one of fields this file does not know. */
export function inputFault(data: Uint8Array, isTimed: boolean, shape: InputShape | undefined): string | undefined {
  if (shape === undefined) {
    if (data.length <= UNKNOWN_BYTES) return undefined;
    return `an input of at most ${UNKNOWN_BYTES} bytes expected, ${data.length} got`;
  }
  let at = 1;
  if (isTimed) at = numberEnd(data, at);
  if (isTimed && at !== NONE && shape.stampsBoth) at = placeIn(data, at + 2);
  if (at === NONE) return "an input's stamp expected";
  let [seenLow, seenHigh] = [0, 0];
  while (at < data.length) {
    const head = data[at++]!;
    const place = head & PLACE;
    const kind = shape.fields[place];
    if (head === OTHER_STRUCTURE || kind === undefined) return `an input has no field ${place}`;
    const bit = 1 << (place & 31);
    if (((place < 32 ? seenLow : seenHigh) & bit) !== 0) return `field ${place} of an input twice`;
    if (place < 32) seenLow |= bit;
    else seenHigh |= bit;
    if ((head & OPERATION) !== TAKEN_BACK) at = fieldEnd(data, at, kind);
    if (at === NONE) return `field ${place} of an input ends too early`;
  }
  return undefined;
}

function fieldEnd(data: Uint8Array, at: number, kind: FieldKind): number {
  if (kind === "number") return numberEnd(data, at);
  return kind === "string" ? textEnd(data, at) : placeIn(data, at + kind);
}
