/**
 * Looks at a frame before Colyseus does. Only opcodes a client may send pass, with the modifiers and sizes they can have; the
 * opcode whose decoder trusts lengths from the wire (redundant inputs, of no use over WebSocket) is refused whole.
 *
 *   byte 0   bits 0-4 opcode, bits 5-7 modifiers (0x80: a time stamp follows, inputs only)
 */
import { Protocol } from "@colyseus/core";

const OPCODE_MASK = 0x1f;
const TIMED = 0x80;
/** A delta-coded input: at most 63 fields of at most 9 bytes, an index byte each, and the stamps. */
const INPUT_BYTES = 700;

const BARE: ReadonlySet<number> = new Set([Protocol.JOIN_ROOM, Protocol.LEAVE_ROOM, Protocol.PING]);
const PAYLOAD: ReadonlySet<number> = new Set([Protocol.ROOM_DATA, Protocol.ROOM_DATA_BYTES, Protocol.ROOM_REQUEST]);

/** Why a frame is refused, in words for the close reason; undefined when it may pass. */
export function frameFault(data: Uint8Array, isBinary: boolean): string | undefined {
  if (!isBinary) return "binary frames expected, text got";
  if (data.length === 0) return "an opcode expected, an empty frame got";
  const opcode = data[0]! & OPCODE_MASK;
  const modifiers = data[0]! & ~OPCODE_MASK;
  if (opcode === Protocol.ROOM_INPUT_RELIABLE) {
    if (data.length > INPUT_BYTES) return `an input of at most ${INPUT_BYTES} bytes expected, ${data.length} got`;
    return modifiers === 0 || modifiers === TIMED ? undefined : `input modifier ${modifiers} is unknown`;
  }
  if (modifiers !== 0) return `opcode ${opcode} takes no modifiers, ${modifiers} got`;
  if (BARE.has(opcode)) return data.length === 1 ? undefined : `opcode ${opcode} is one byte, ${data.length} got`;
  if (PAYLOAD.has(opcode)) return data.length > 1 ? undefined : `opcode ${opcode} needs a message type`;
  if (opcode === Protocol.ROOM_INPUT_UNRELIABLE) return "inputs over WebSocket go in mode reliable";
  return `opcode ${opcode} is not a client's`;
}
