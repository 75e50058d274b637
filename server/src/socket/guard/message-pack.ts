/**
 * Walks a MessagePack value without making anything of it: what passes can be decoded, and costs little. Every declared length is
 * bounded by the bytes that are left, and all of them together; depth, cost and record shapes are capped, and nothing follows.
 *
 * It reads what msgpackr reads, which the SDKs write: besides plain MessagePack its records, where an object's keys are said once.
 *
 *   0xd4 0x72 id | keys, an array of texts | values           says the shape `id` (0x40 to 0x7f), and one object of it
 *   id | values                                               another one; where no such shape was said, the number `id`
 *
 * Refused beside what is broken: the extensions of msgpackr that no SDK writes by default and that let a short frame stand for a
 * large or endless value (references, bundled texts, types that are made by a constructor). Extensions of applications pass.
 *
 * The cost is what the decoded value takes, roughly, in bytes: LIMITS.messageCostPerByte for each byte of the frame, and no less
 * than LIMITS.messageCostFloor. Nothing is allocated here: all frames are walked with the same few arrays.
 */
import { LIMITS } from "@ninelives/shared-schema";

/** Bytes of an array, an object, an entry of one, a number, a text, a new key, a view of bytes, a date or another extension. */
const ARRAY = 48;
const OBJECT = 56;
const SLOT = 8;
const NUMBER = 16;
const TEXT = 24;
const KEY = 96;
const NUMBER_KEY = 128;
const BYTES = 112;
const EXTENSION = 208;
/** Objects of one shape before msgpackr compiles a reader for it. */
const USES_BEFORE_COMPILED = 3;

/** Extensions msgpackr knows by itself, see above: bundled texts, errors, marks, references, records, sets, typed arrays, expressions. */
const REFUSED: ReadonlySet<number> = new Set([0x62, 0x65, 0x69, 0x70, 0x72, 0x73, 0x74, 0x78]);
const UNDEFINED = 0;
const TIME = 0xff;
const TIME_BYTES: ReadonlySet<number> = new Set([1, 4, 8, 12]);
const BIG_INT = 0x42;
const RECORD = 0x72;

/** Values a container still expects, by depth; of a map keys and values. */
const left = new Int32Array(LIMITS.messageDepth + 1);
const isMap = new Uint8Array(LIMITS.messageDepth + 1);
/** Fields of the record shapes of this value, or -1; and objects that had it so far. */
const fieldsOf = new Int32Array(64);
const usesOf = new Int32Array(64);
/** Keys that were seen, by a hash: the decoder keeps one text for all that are equal. */
const keys = new Int32Array(256);

const NOTHING = new Uint8Array(0);
let data: Uint8Array = NOTHING;
let at = 0;
let cost = 0;
let shapes = 0;
let compiled = 0;
let depth = 0;
/** Values that were declared and have not come yet: each needs a byte. */
let pending = 0;

/** Why the value that is all of `bytes` from `start` on is refused; undefined when it may be decoded. */
export function messagePackFault(bytes: Uint8Array, start = 0): string | undefined {
  data = bytes;
  at = start;
  cost = shapes = compiled = depth = 0;
  pending = 1;
  fieldsOf.fill(-1);
  keys.fill(0);
  left[0] = 1;
  isMap[0] = 0;
  const costMax = Math.max(LIMITS.messageCostFloor, (bytes.length - start) * LIMITS.messageCostPerByte);
  let fault: string | undefined;
  while (fault === undefined) {
    while (depth >= 0 && left[depth] === 0) depth--;
    if (depth < 0) break;
    if (pending > data.length - at) fault = "a message declares more than it has";
    else if (cost > costMax) fault = "a message is too costly to decode";
    else fault = value();
  }
  fault ??= at === data.length ? undefined : "bytes behind the end of a message";
  data = NOTHING;
  return fault;
}

/** One value, and what it says of others. */
function value(): string | undefined {
  const isKey = isMap[depth] === 1 && left[depth]! % 2 === 0;
  left[depth]!--;
  pending--;
  const token = data[at++]!;
  if (token < 0x40 || token >= 0xe0) return undefined;
  if (token < 0x80) return fieldsOf[token - 0x40]! < 0 ? undefined : record(token - 0x40, isKey);
  if (token < 0x90) return isKey ? WRONG_KEY : map(token - 0x80);
  if (token < 0xa0) return isKey ? WRONG_KEY : array(token - 0x90);
  if (token < 0xc0) return text(token - 0xa0, isKey);
  switch (token) {
    case 0xc0:
    case 0xc2:
    case 0xc3:
      return undefined;
    case 0xc4:
    case 0xc5:
    case 0xc6:
      return isKey ? WRONG_KEY : taken(count(1 << (token - 0xc4)), BYTES);
    case 0xc7:
    case 0xc8:
    case 0xc9:
      return isKey ? WRONG_KEY : extension(count(1 << (token - 0xc7)));
    case 0xca:
    case 0xcb:
      return taken(token === 0xca ? 4 : 8, isKey ? NUMBER_KEY : NUMBER);
    case 0xcc:
    case 0xcd:
    case 0xce:
    case 0xcf:
      return taken(1 << (token - 0xcc), isKey ? NUMBER_KEY : NUMBER);
    case 0xd0:
    case 0xd1:
    case 0xd2:
    case 0xd3:
      return taken(1 << (token - 0xd0), isKey ? NUMBER_KEY : NUMBER);
    case 0xd4:
      if (data[at] === RECORD) return isKey ? WRONG_KEY : shape();
      return isKey && data[at] !== UNDEFINED ? WRONG_KEY : extension(1);
    case 0xd5:
    case 0xd6:
    case 0xd7:
    case 0xd8:
      return isKey ? WRONG_KEY : extension(1 << (token - 0xd4));
    case 0xd9:
    case 0xda:
    case 0xdb:
      return text(count(1 << (token - 0xd9)), isKey);
    case 0xdc:
    case 0xdd:
      return isKey ? WRONG_KEY : array(count(token === 0xdc ? 2 : 4));
    case 0xde:
    case 0xdf:
      return isKey ? WRONG_KEY : map(count(token === 0xde ? 2 : 4));
    default:
      return `MessagePack has no token ${token}`;
  }
}

const WRONG_KEY = "a key of a message is no text or number";
const TOO_SHORT = "a message ends too early";

/** A big-endian length of so many bytes; beyond every frame when they are not all there. */
function count(size: number): number {
  if (at + size > data.length) return Number.MAX_SAFE_INTEGER;
  let length = 0;
  for (const end = at + size; at < end; at++) length = length * 256 + data[at]!;
  return length;
}

function taken(length: number, price: number): string | undefined {
  if (length > data.length - at) return TOO_SHORT;
  at += length;
  cost += price;
  return undefined;
}

function text(length: number, isKey: boolean): string | undefined {
  if (length > data.length - at) return TOO_SHORT;
  if (isKey) return key(length);
  return taken(length, TEXT + 2 * length);
}

/** A key that was said before costs nothing more. */
function key(length: number): undefined {
  let hash = length + 1;
  for (const end = at + length; at < end; at++) hash = (Math.imul(hash, 31) + data[at]!) | 0;
  const place = hash & (keys.length - 1);
  if (keys[place] === hash) return;
  keys[place] = hash;
  cost += KEY + length;
}

function array(length: number): string | undefined {
  return opened(length, false, ARRAY + SLOT * length);
}

function map(entries: number): string | undefined {
  return opened(2 * entries, true, OBJECT + SLOT * entries);
}

function opened(values: number, ofMap: boolean, price: number): string | undefined {
  if (values > data.length - at) return "a message declares more than it has";
  if (depth >= LIMITS.messageDepth) return `a message is nested deeper than ${LIMITS.messageDepth}`;
  depth++;
  left[depth] = values;
  isMap[depth] = ofMap ? 1 : 0;
  pending += values;
  cost += price;
  return undefined;
}

function extension(length: number): string | undefined {
  if (length >= data.length - at) return TOO_SHORT;
  const type = data[at++]!;
  if (REFUSED.has(type)) return `extension ${type} of MessagePack is not a client's`;
  if (type === TIME && !TIME_BYTES.has(length)) return `a time of ${length} bytes is none`;
  if (type === BIG_INT && length === 0) return TOO_SHORT;
  return taken(length, EXTENSION + length);
}

/** Behind 0xd4: the keys of a shape, which are texts, and then as many values. */
function shape(): string | undefined {
  const id = data[at + 1] ?? 0;
  if (id < 0x40 || id > 0x7f) return "a shape of a message has no such number";
  if (++shapes > LIMITS.messageShapes) return `a message of more than ${LIMITS.messageShapes} shapes`;
  at += 2;
  const fields = keyCount();
  if (fields > data.length - at) return TOO_SHORT;
  cost += ARRAY + SLOT * fields + KEY;
  for (let field = 0; field < fields; field++) {
    const length = textLength();
    if (length > data.length - at) return "a key of a shape is no text";
    key(length);
  }
  fieldsOf[id - 0x40] = fields;
  usesOf[id - 0x40] = 0;
  return record(id - 0x40, false);
}

function record(index: number, isKey: boolean): string | undefined {
  if (isKey) return WRONG_KEY;
  const fields = fieldsOf[index]!;
  if (usesOf[index]!++ === USES_BEFORE_COMPILED && ++compiled > LIMITS.messageShapesReused)
    return `a message that repeats more than ${LIMITS.messageShapesReused} shapes`;
  return opened(fields, false, OBJECT + SLOT * fields);
}

/** Of an array of keys; beyond every frame when it is none. */
function keyCount(): number {
  const token = data[at++] ?? 0;
  if (token >= 0x90 && token < 0xa0) return token - 0x90;
  return token === 0xdc ? count(2) : Number.MAX_SAFE_INTEGER;
}

/** Of a text; beyond every frame when it is none. */
function textLength(): number {
  const token = data[at++] ?? 0;
  if (token >= 0xa0 && token < 0xc0) return token - 0xa0;
  return token >= 0xd9 && token <= 0xdb ? count(1 << (token - 0xd9)) : Number.MAX_SAFE_INTEGER;
}
