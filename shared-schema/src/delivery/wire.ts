/**
 * What client and server say to each other beside Colyseus's own frames, inside its byte messages of one number:
 *
 *   both ways   +------+---------+-------- ... one item after the other, to the end of the frame
 *               |  17  |    9    | items
 *               +------+---------+--------
 *                opcode  channel
 *   client      ACK      0 | eventSeq varint | commandId varint      everything up to these has arrived
 *     to server COMMAND  8 + number | id varint | payload ...        the last item: its payload ends with the frame
 *   server      WELCOME  0 | n varint | n bytes                      first after every join and resume
 *     to client RESULT   1 | id varint | n varint | n bytes
 *               FAULT    2 | id varint | n varint | n bytes          name, message, details
 *               EVENT    3 | seq varint | n varint | number, payload
 *               TOPIC    4 | seq varint | n varint | n bytes
 *               GAP      5 | seq varint | events varint              what was told up to here is not kept any more
 *               DOORS    6 | n varint | n bytes                      addresses to come back through, an array of text
 *
 * Payloads are MessagePack. A command costs 4 to 6 bytes over its payload up to id 2 097 151. Ids and sequence numbers
 * begin with 1, one row of each a session, and only grow. `events`: how many of the things told up to `seq` were events.
 */
import { ByteReader } from "../bytes/byte-reader.ts";
import { ByteWriter } from "../bytes/byte-writer.ts";
import { varintBytes, writeVarint } from "../bytes/varint.ts";

/** Colyseus's opcode for bytes of the application. */
export const BYTES_OPCODE = 17;
/** The application message number that is ours. */
export const DELIVERY_CHANNEL = 9;

const ACK = 0;
const COMMAND = 8;

export const ItemKind = { WELCOME: 0, RESULT: 1, FAULT: 2, EVENT: 3, TOPIC: 4, GAP: 5, DOORS: 6 } as const;
export type ItemKind = (typeof ItemKind)[keyof typeof ItemKind];
/** Kinds that stand in a session's one sequence. */
export type ToldKind = typeof ItemKind.EVENT | typeof ItemKind.TOPIC;

/** How far a client has everything. */
export interface Ack {
  readonly eventSeq: number;
  readonly commandId: number;
}

export interface CommandItem {
  readonly index: number;
  readonly id: number;
  readonly payload: Uint8Array;
}

export interface ClientFrame {
  readonly ack: Ack | undefined;
  readonly command: CommandItem | undefined;
}

/** A whole frame: an acknowledgement, a command, or both. */
export function writeClientFrame(ack: Ack | undefined, command: CommandItem | undefined): Uint8Array {
  const ackBytes = ack === undefined ? 0 : 1 + varintBytes(ack.eventSeq) + varintBytes(ack.commandId);
  const commandBytes = command === undefined ? 0 : 1 + varintBytes(command.id) + command.payload.length;
  const frame = new Uint8Array(2 + ackBytes + commandBytes);
  frame[0] = BYTES_OPCODE;
  frame[1] = DELIVERY_CHANNEL;
  let at = 2;
  if (ack !== undefined) {
    frame[at++] = ACK;
    at = writeVarint(frame, at, ack.eventSeq);
    at = writeVarint(frame, at, ack.commandId);
  }
  if (command !== undefined) {
    frame[at++] = COMMAND + command.index;
    at = writeVarint(frame, at, command.id);
    frame.set(command.payload, at);
  }
  return frame;
}

/** `items`: the frame without opcode and channel. Throws a RangeError for what no client writes. */
export function readClientFrame(items: Uint8Array): ClientFrame {
  const reader = new ByteReader(items);
  let kind = reader.byte();
  let ack: Ack | undefined;
  if (kind === ACK) {
    ack = { eventSeq: reader.varint(), commandId: reader.varint() };
    if (reader.left === 0) return { ack, command: undefined };
    kind = reader.byte();
  }
  if (kind < COMMAND) throw new RangeError(`an item of kind ${ACK} or ${COMMAND} and up expected, ${kind} got`);
  const id = reader.varint();
  if (id === 0) throw new RangeError("a command's id from 1 expected, 0 got");
  return { ack, command: { index: kind - COMMAND, id, payload: reader.rest() } };
}

export type ServerItem =
  | { readonly kind: typeof ItemKind.WELCOME | typeof ItemKind.DOORS; readonly body: Uint8Array }
  | { readonly kind: typeof ItemKind.RESULT | typeof ItemKind.FAULT; readonly id: number; readonly body: Uint8Array }
  | { readonly kind: ToldKind; readonly seq: number; readonly body: Uint8Array }
  | { readonly kind: typeof ItemKind.GAP; readonly seq: number; readonly events: number };

/** A frame to a client, item by item; {@link take} gives it with opcode and channel in front. */
export class ServerFrame {
  readonly #out = new ByteWriter();

  get isEmpty(): boolean {
    return this.#out.length === 0;
  }

  add(item: ServerItem): void {
    if (this.isEmpty) this.#out.byte(BYTES_OPCODE).byte(DELIVERY_CHANNEL);
    this.#out.byte(item.kind);
    if (item.kind === ItemKind.GAP) {
      this.#out.varint(item.seq).varint(item.events);
      return;
    }
    if ("id" in item) this.#out.varint(item.id);
    if ("seq" in item) this.#out.varint(item.seq);
    this.#out.sized(item.body);
  }

  take(): Uint8Array {
    return this.#out.take();
  }
}

/** `items`: the frame without opcode and channel. Throws a RangeError for what no server writes. */
export function readServerFrame(items: Uint8Array): ServerItem[] {
  const reader = new ByteReader(items);
  const read: ServerItem[] = [];
  while (reader.left > 0) read.push(readItem(reader));
  return read;
}

function readItem(reader: ByteReader): ServerItem {
  const kind = reader.byte();
  switch (kind) {
    case ItemKind.WELCOME:
    case ItemKind.DOORS:
      return { kind, body: reader.sized() };
    case ItemKind.RESULT:
    case ItemKind.FAULT:
      return { kind, id: reader.varint(), body: reader.sized() };
    case ItemKind.EVENT:
    case ItemKind.TOPIC:
      return { kind, seq: reader.varint(), body: reader.sized() };
    case ItemKind.GAP:
      return { kind, seq: reader.varint(), events: reader.varint() };
    default:
      throw new RangeError(`an item kind from 0 to ${ItemKind.DOORS} expected, ${kind} got`);
  }
}
