/**
 * A WebSocket frame of a client, byte by byte, right or wrong:
 *
 *   byte 0   bit 7 FIN, bits 6-4 reserved, bits 3-0 opcode
 *   byte 1   bit 7 masked, bits 6-0 length; 126: two bytes of length follow, 127: eight
 *   then     four bytes of mask, when masked, and the payload
 */
export const Op = { CONTINUATION: 0, TEXT: 1, BINARY: 2, CLOSE: 8, PING: 9, PONG: 10 } as const;

export interface FrameOptions {
  readonly fin?: boolean;
  readonly rsv?: number;
  readonly masked?: boolean;
  /** Says that so many bytes follow, whatever does. */
  readonly declared?: number;
}

const MASK = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

export function frame(
  opcode: number,
  payload: Uint8Array | string = "",
  { fin = true, rsv = 0, masked = true, declared }: FrameOptions = {},
): Buffer {
  const body = Buffer.from(payload as string);
  const length = declared ?? body.length;
  const short = length < 126 ? length : length < 65_536 ? 126 : 127;
  const head = Buffer.alloc(short < 126 ? 2 : short === 126 ? 4 : 10);
  head[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  head[1] = (masked ? 0x80 : 0) | short;
  if (short === 126) head.writeUInt16BE(length, 2);
  if (short === 127) head.writeBigUInt64BE(BigInt(length), 2);
  return masked ? Buffer.concat([head, MASK, hidden(body)]) : Buffer.concat([head, body]);
}

/** A close frame of this code. */
export function closing(code: number, reason: Uint8Array | string = ""): Buffer {
  return frame(Op.CLOSE, Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason as string)]));
}

export interface Received {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** Takes whole frames of a server off the front of what came; what is left is not whole yet. */
export function takeFrames(bytes: Buffer): { readonly frames: Received[]; readonly rest: Buffer } {
  const frames: Received[] = [];
  let rest = bytes;
  for (;;) {
    if (rest.length < 2) return { frames, rest };
    const short = rest[1]! & 0x7f;
    const head = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (rest.length < head) return { frames, rest };
    const length = short === 126 ? rest.readUInt16BE(2) : short === 127 ? Number(rest.readBigUInt64BE(2)) : short;
    if (rest.length < head + length) return { frames, rest };
    frames.push({ opcode: rest[0]! & 0x0f, payload: rest.subarray(head, head + length) });
    rest = rest.subarray(head + length);
  }
}

function hidden(body: Buffer): Buffer {
  return Buffer.from(body.map((byte, at) => byte ^ MASK[at % MASK.length]!));
}
