/**
 * Messages and requests: who they are for, and what they carry.
 *
 *   ROOM_DATA        13 | type | MessagePack or nothing
 *   ROOM_DATA_BYTES  17 | type | bytes, the application's own
 *   ROOM_REQUEST     21 | number of the request | type | MessagePack or nothing
 *
 * A type is a number or a text that is not empty. Colyseus answers a request under the number it read: one that is none would be
 * thrown at the encoder.
 */
import { Protocol } from "@colyseus/core";
import { messagePackFault } from "./message-pack.ts";
import { countEnd, NONE, numberEnd, textEnd } from "./scalars.ts";

/** What Colyseus reads as a text of no characters, and then as no type. */
const EMPTY_TEXT = 0xa0;

export function messageFault(opcode: number, data: Uint8Array): string | undefined {
  let at = 1;
  if (opcode === Protocol.ROOM_REQUEST) at = countEnd(data, at);
  if (at === NONE) return "a request's number expected";
  const first = data[at] ?? EMPTY_TEXT;
  const isText = (first > EMPTY_TEXT && first < 0xc0) || (first >= 0xd9 && first <= 0xdb);
  const end = isText ? textEnd(data, at) : numberEnd(data, at);
  if (end === NONE) return "a message type expected, a number or a text";
  if (opcode === Protocol.ROOM_DATA_BYTES || end === data.length) return undefined;
  return messagePackFault(data, end);
}
