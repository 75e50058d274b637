/** Section 7: how a connection is ended, and with what. */
import { type Case, closed, failed, INVALID_TEXT, NORMAL, PROTOCOL_ERROR, together } from "./case.ts";
import { closing, frame, Op } from "./frame.ts";
import { message } from "./wire.ts";

const VALID = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999] as const;
const INVALID = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999] as const;
const UNDEFINED = [5_000, 65_535] as const;
const REASON_BYTES = 123;

const M = message(20);
const told = frame(Op.BINARY, M);
const goodbye = closing(NORMAL);
const answered = closed([NORMAL]);
const part = [frame(Op.BINARY, M.subarray(0, 12), { fin: false }), frame(Op.CONTINUATION, M.subarray(12))] as const;
const large = frame(Op.BINARY, message(256 * 1024));
const longest = "*".repeat(REASON_BYTES);
const noText = Buffer.from("cebae1bdb9cf83cebcceb5eda080656469746564", "hex");

export const CLOSING_CASES: readonly Case[] = [
  { id: "7.1.1", does: "a message, then a close", writes: together([told, goodbye]), expects: closed([NORMAL], [M]) },
  { id: "7.1.2", does: "a close, twice", writes: together([goodbye, goodbye]), expects: answered },
  { id: "7.1.3", does: "a close, then a ping", writes: together([goodbye, frame(Op.PING)]), expects: answered },
  { id: "7.1.4", does: "a close, then a message", writes: together([goodbye, told]), expects: answered },
  { id: "7.1.5", does: "a close between two parts", writes: together([part[0], goodbye, part[1]]), expects: answered },
  { id: "7.1.6", does: "256 kB, a message, a close", writes: [large, told, goodbye], expects: { how: "ends" } },
  { id: "7.3.1", does: "a close of nothing", writes: [frame(Op.CLOSE)], expects: closed([NORMAL, undefined]) },
  { id: "7.3.2", does: "a close of a byte", writes: [frame(Op.CLOSE, "a")], expects: failed(PROTOCOL_ERROR) },
  { id: "7.3.3", does: "a close with a code", writes: [goodbye], expects: answered },
  { id: "7.3.4", does: "a close with a reason", writes: [closing(NORMAL, "Hello World!")], expects: answered },
  { id: "7.3.5", does: "with the longest reason", writes: [closing(NORMAL, longest)], expects: answered },
  { id: "7.3.6", does: "with one too long", writes: [closing(NORMAL, `${longest}*`)], expects: failed(PROTOCOL_ERROR) },
  {
    id: "7.5.1",
    does: "with a reason that is no text",
    writes: [closing(NORMAL, noText)],
    expects: failed(INVALID_TEXT),
  },
  ...VALID.map((code, at) => ({
    id: `7.7.${at + 1}`,
    does: `a close with ${code}`,
    writes: [closing(code)],
    expects: closed([NORMAL, code]),
  })),
  ...INVALID.map((code, at) => ({
    id: `7.9.${at + 1}`,
    does: `a close with ${code}, which may not be said`,
    writes: [closing(code)],
    expects: failed(PROTOCOL_ERROR),
  })),
  ...UNDEFINED.map((code, at) => ({
    id: `7.13.${at + 1}`,
    does: `a close with ${code}, which means nothing`,
    writes: [closing(code)],
    expects: { how: "ends" } as const,
  })),
];
