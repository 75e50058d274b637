/**
 * Sections 1 to 5: framing, pings, reserved bits, opcodes, fragments. Where the suite has its peer echo a text, a game is told a binary message
 * that its room says back: it speaks no text, and what is tried is the frame around it.
 */
import { type Case, chopped, failed, PROTOCOL_ERROR, taken, together, TOO_BIG } from "./case.ts";
import { frame, Op } from "./frame.ts";
import { message } from "./wire.ts";

const SIZES = [0, 125, 126, 127, 128, 65_535, 65_536] as const;
/** Above what any game server takes. */
const LARGE = 65_535;
const CHOP_BYTES = 997;

const M = message(20);
const [first, second] = [M.subarray(0, 12), M.subarray(12)];
const binary = (payload: Buffer, fin = true) => frame(Op.BINARY, payload, { fin });
const more = (payload: Buffer | string, fin: boolean) => frame(Op.CONTINUATION, payload, { fin });
const ping = (text = "") => frame(Op.PING, text);
const text = (length: number) => frame(Op.TEXT, "*".repeat(length));
const wrong = failed(PROTOCOL_ERROR);

function framing(): Case[] {
  const sizes = [...SIZES, 65_536];
  return [Op.TEXT, Op.BINARY].flatMap((opcode, kind) =>
    sizes.map((length, at) => {
      const isChopped = at === SIZES.length;
      const whole = opcode === Op.TEXT ? text(length) : binary(message(length));
      const echoes = opcode === Op.BINARY && length >= M.length ? [message(length)] : [];
      return {
        id: `1.${kind + 1}.${at + 1}`,
        does: `a ${opcode === Op.TEXT ? "text" : "binary message"} of ${length} bytes${isChopped ? ", in pieces" : ""}`,
        writes: isChopped ? chopped([whole], CHOP_BYTES) : [whole],
        expects: length >= LARGE ? failed(TOO_BIG) : taken(echoes),
      };
    }),
  );
}

function pings(): Case[] {
  const binaryText = Buffer.from([0x00, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0x00, 0xff]).toString("latin1");
  const raw = frame(Op.PING, Buffer.from(binaryText, "latin1"));
  const long = "*".repeat(125);
  const ten = Array.from({ length: 10 }, (_, at) => `payload-${at}`);
  const pong = frame(Op.PONG, "unsolicited");
  return [
    { id: "2.1", does: "a ping of nothing", writes: [ping()], expects: taken([], [""]) },
    { id: "2.2", does: "a ping of a text", writes: [ping("Hello, world!")], expects: taken([], ["Hello, world!"]) },
    { id: "2.3", does: "a ping of bytes that are no text", writes: [raw], expects: taken([], [binaryText]) },
    { id: "2.4", does: "a ping of 125 bytes", writes: [ping(long)], expects: taken([], [long]) },
    { id: "2.5", does: "a ping of 126 bytes", writes: [ping(`${long}*`)], expects: wrong },
    { id: "2.6", does: "a ping of 125 bytes, byte by byte", writes: chopped([ping(long)]), expects: taken([], [long]) },
    { id: "2.7", does: "a pong nobody asked for", writes: [frame(Op.PONG)], expects: taken() },
    { id: "2.8", does: "one with a text", writes: [pong], expects: taken() },
    { id: "2.9", does: "one, then a ping", writes: [pong, ping("after")], expects: taken([], ["after"]) },
    { id: "2.10", does: "ten pings", writes: together(ten.map(ping)), expects: taken([], ten) },
    { id: "2.11", does: "ten pings, byte by byte", writes: chopped(ten.map(ping)), expects: taken([], ten) },
  ];
}

function reservedBits(): Case[] {
  const bad = (opcode: number, rsv: number, payload: string | Buffer = M) => frame(opcode, payload, { rsv });
  const before = (rsv: number) => [binary(M), bad(Op.BINARY, rsv), ping()];
  return [
    { id: "3.1", does: "a text with reserved bits 1", writes: [bad(Op.TEXT, 1, "Hello")], expects: wrong },
    { id: "3.2", does: "a message, one with bits 2, a ping", writes: together(before(2)), expects: wrong },
    { id: "3.3", does: "the same with bits 3, frame by frame", writes: before(3), expects: wrong },
    { id: "3.4", does: "the same with bits 4, byte by byte", writes: chopped(before(4)), expects: wrong },
    { id: "3.5", does: "a binary message with bits 5", writes: [bad(Op.BINARY, 5)], expects: wrong },
    { id: "3.6", does: "a ping with bits 6", writes: [bad(Op.PING, 6, "x")], expects: wrong },
    { id: "3.7", does: "a close with bits 7", writes: [bad(Op.CLOSE, 7, Buffer.from([0x03, 0xe8]))], expects: wrong },
  ];
}

function opcodes(): Case[] {
  return [3, 11].flatMap((from, kind) =>
    [0, 1, 2, 3, 4].map((at) => {
      const opcode = from + at;
      const bad = frame(opcode, at % 2 === 1 || at === 4 ? "reserved" : "");
      const frames = at < 2 ? [bad] : [binary(M), bad, ping()];
      return {
        id: `4.${kind + 1}.${at + 1}`,
        does: `opcode ${opcode}${at < 2 ? "" : " behind a message"}${at === 4 ? ", byte by byte" : ""}`,
        writes: at === 4 ? chopped(frames) : together(frames),
        expects: wrong,
      };
    }),
  );
}

function fragments(): Case[] {
  const halves = [binary(first, false), more(second, true)];
  const around = [binary(first, false), ping("between"), more(second, true)];
  const stray = (fin: boolean) => [more("stray", fin), binary(M)];
  const five = [0, 4, 8, 12, 16].map((from) => M.subarray(from, from + 4));
  const long = [
    binary(five[0]!, false),
    more(five[1]!, false),
    ping("one"),
    more(five[2]!, false),
    more(five[3]!, false),
    ping("two"),
    more(five[4]!, true),
  ];
  const ways = [together, (frames: readonly Buffer[]) => [...frames], (frames: readonly Buffer[]) => chopped(frames)];
  const how = ["in one go", "frame by frame", "byte by byte"];
  const three = (from: number, does: string, frames: readonly Buffer[], expects: Case["expects"]): Case[] =>
    ways.map((way, at) => ({ id: `5.${from + at}`, does: `${does}, ${how[at]}`, writes: way(frames), expects }));
  return [
    ...[Op.PING, Op.PONG].map((opcode, at) => ({
      id: `5.${at + 1}`,
      does: `a ${opcode === Op.PING ? "ping" : "pong"} in two parts`,
      writes: together([frame(opcode, "one", { fin: false }), more("two", true)]),
      expects: wrong,
    })),
    ...three(3, "a message in two parts", halves, taken([M])),
    ...three(6, "a ping between two parts", around, taken([M], ["between"])),
    ...three(9, "a last part of nothing, then a message", stray(true), wrong),
    ...three(12, "a part of nothing, then a message", stray(false), wrong),
    {
      id: "5.15",
      does: "a message in two parts, then a stray one",
      writes: together([...halves, ...stray(false)]),
      expects: wrong,
    },
    {
      id: "5.16",
      does: "twice a stray part, then the end of a message",
      writes: together([...stray(false), ...stray(false)]),
      expects: wrong,
    },
    {
      id: "5.17",
      does: "twice a stray last part, then the beginning of a message",
      writes: together([more("stray", true), binary(first, false), more("stray", true), binary(first, false)]),
      expects: wrong,
    },
    {
      id: "5.18",
      does: "a second beginning",
      writes: together([binary(first, false), binary(second)]),
      expects: wrong,
    },
    {
      id: "5.19",
      does: "five parts with pings between, in one go",
      writes: together(long),
      expects: taken([M], ["one", "two"]),
    },
    { id: "5.20", does: "the same, frame by frame", writes: long, expects: taken([M], ["one", "two"]) },
  ];
}

export const FRAMING_CASES: readonly Case[] = [
  ...framing(),
  ...pings(),
  ...reservedBits(),
  ...opcodes(),
  ...fragments(),
];
