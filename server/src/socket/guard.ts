/**
 * Looks at a frame before Colyseus does. Only opcodes a client may send pass, with the modifiers, lengths and structure they can have;
 * the opcode whose decoder trusts counts from the wire (redundant inputs, of no use over WebSocket) is refused whole. Nothing is
 * decoded and nothing allocated: a frame costs a walk over its bytes.
 *
 *   byte 0   bits 0-4 opcode, bits 5-7 modifiers (0x80: a time stamp follows, inputs only)
 */
import { Protocol } from "@colyseus/core";
import type { InputShape } from "../adapter.ts";
import { inputFault } from "./guard/input.ts";
import { messageFault } from "./guard/message.ts";

const OPCODE_MASK = 0x1f;
const TIMED = 0x80;

const BARE: ReadonlySet<number> = new Set([Protocol.JOIN_ROOM, Protocol.LEAVE_ROOM, Protocol.PING]);
const PAYLOAD: ReadonlySet<number> = new Set([Protocol.ROOM_DATA, Protocol.ROOM_DATA_BYTES, Protocol.ROOM_REQUEST]);

export function opcodeOf(data: Uint8Array): number {
  return data[0]! & OPCODE_MASK;
}

/**
 * Why a frame is refused, in words for the close reason, 123 bytes at most; undefined when it may pass. `shape`: what inputs of the
 * room look like.
 */
export function frameFault(
  data: Uint8Array,
  isBinary: boolean,
  shape: () => InputShape | undefined = () => undefined,
): string | undefined {
  if (!isBinary) return "binary frames expected, text got";
  if (data.length === 0) return "an opcode expected, an empty frame got";
  const opcode = opcodeOf(data);
  const modifiers = data[0]! & ~OPCODE_MASK;
  if (opcode === Protocol.ROOM_INPUT_RELIABLE) {
    if (modifiers !== 0 && modifiers !== TIMED) return `input modifier ${modifiers} is unknown`;
    return inputFault(data, modifiers === TIMED, shape());
  }
  if (modifiers !== 0) return `opcode ${opcode} takes no modifiers, ${modifiers} got`;
  if (BARE.has(opcode)) return data.length === 1 ? undefined : `opcode ${opcode} is one byte, ${data.length} got`;
  if (PAYLOAD.has(opcode)) return messageFault(opcode, data);
  if (opcode === Protocol.ROOM_INPUT_UNRELIABLE) return "inputs over WebSocket go in mode reliable";
  return `opcode ${opcode} is not a client's`;
}
