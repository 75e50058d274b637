/**
 * Section 6: what is UTF-8 and what is not, from Markus Kuhn's stress test for decoders. A text that is valid is taken by the transport,
 * and refused by the game, which speaks none; one that is not fails the connection, at the latest with its last part.
 */
import { type Case, chopped, failed, INVALID_TEXT, taken } from "./case.ts";
import { frame, Op } from "./frame.ts";

/** κόσμε */
const KOSME = "cebae1bdb9cf83cebcceb5";
const EDITED = "656469746564";
const WORLD = (hex: string) => `68656c6c6f${hex}776f726c64`;
/** From 6.5 on, each list with what its sequences are; bytes as hex, `!` in front of those that are no UTF-8. */
const GROUPS: readonly (readonly [what: string, sequences: readonly string[]])[] = [
  ["correct text", [WORLD("24"), WORLD("c2a2"), WORLD("e282ac"), WORLD("f0a4ada2"), KOSME]],
  ["the beginning of correct text", prefixes(KOSME)],
  ["the first sequence of a length", ["00", "c280", "e0a080", "f0908080"]],
  ["the first of length 5 or 6", ["!f888808080", "!fc8480808080"]],
  ["the last sequence of a length", ["7f", "dfbf", "efbfbf", "f48fbfbf"]],
  ["the last of length 4, 5 or 6 beyond Unicode", ["!f7bfbfbf", "!fbbfbfbfbf", "!fdbfbfbfbfbf"]],
  ["a boundary", ["ed9fbf", "ee8080", "efbfbd", "f48fbfbf", "!f4908080"]],
  [
    "continuations of nothing",
    ["!80", "!bf", "!80bf", "!80bf80", "!80bf80bf", "!80bf80bf80", "!80bf80bf80bf", continuations()],
  ],
  [
    "lonely beginnings",
    [lonely(0xc0, 0xdf), lonely(0xe0, 0xef), lonely(0xf0, 0xf7), lonely(0xf8, 0xfb), lonely(0xfc, 0xfd)],
  ],
  ["a last byte that is missing", cut().map((hex) => `!${hex}`)],
  ["incomplete sequences in a row", [`!${cut().join("")}`]],
  ["bytes that cannot be", ["!fe", "!ff", "!fefeffff"]],
  ["a slash that is too long", ["!c0af", "!e080af", "!f08080af", "!f8808080af", "!fc80808080af"]],
  ["the longest that is too long", ["!c1bf", "!e09fbf", "!f08fbfbf", "!f887bfbfbf", "!fc83bfbfbfbf"]],
  ["a NUL that is too long", ["!c080", "!e08080", "!f0808080", "!f880808080", "!fc8080808080"]],
  ["half a pair of UTF-16", ["!eda080", "!edadbf", "!edae80", "!edafbf", "!edb080", "!edbe80", "!edbfbf"]],
  ["a pair of UTF-16", pairs()],
  ["a code point that is no character", noCharacters()],
  ["a special character", ["efbfb9", "efbfba", "efbfbb", "efbfbc", "efbfbd", "efbfbe", "efbfbf"]],
];

function prefixes(hex: string): string[] {
  const bytes = Buffer.from(hex, "hex");
  const whole = new Set([2, 5, 7, 9, 11]);
  return Array.from(bytes, (_, at) => (whole.has(at + 1) ? "" : "!") + bytes.subarray(0, at + 1).toString("hex"));
}

function continuations(): string {
  return `!${Buffer.from(Array.from({ length: 0x3f }, (_, at) => 0x80 + at)).toString("hex")}`;
}

function lonely(from: number, to: number): string {
  return `!${Buffer.from(Array.from({ length: to - from }, (_, at) => [from + at, 0x20]).flat()).toString("hex")}`;
}

function cut(): string[] {
  return ["c0", "e080", "f08080", "f8808080", "fc80808080", "df", "efbf", "f7bfbf", "fbbfbfbf", "fdbfbfbfbf"];
}

function pairs(): string[] {
  const [high, low] = [
    ["eda080", "edadbf", "edae80", "edafbf"],
    ["edb080", "edbfbf"],
  ] as const;
  return high.flatMap((one) => low.map((other) => `!${one}${other}`));
}

function noCharacters(): string[] {
  const planes = Array.from({ length: 16 }, (_, plane) => (plane + 1) * 0x10000);
  const points = planes.flatMap((plane) => [plane + 0xfffe, plane + 0xffff]);
  return ["efbfbe", "efbfbf", ...points.map((point) => Buffer.from(String.fromCodePoint(point)).toString("hex"))];
}

const bytesOf = (hex: string) => Buffer.from(hex, "hex");
const wrong = failed(INVALID_TEXT);

/** A text in these parts. */
function parts(...hexes: readonly string[]): Buffer[] {
  return hexes.map((hex, at) =>
    frame(at === 0 ? Op.TEXT : Op.CONTINUATION, bytesOf(hex), { fin: at === hexes.length - 1 }),
  );
}

function bytewise(hex: string): Buffer[] {
  return parts(...(hex.match(/../g) ?? []));
}

function byHand(): Case[] {
  const [front, back] = ["Hello-µ@ßöä", "üàá-UTF-8!!"].map((text) => Buffer.from(text).toString("hex")) as [
    string,
    string,
  ];
  const hello = front + back;
  const broken = `${KOSME}eda080${EDITED}`;
  const beyond = `${KOSME}f4908080${EDITED}`;
  return [
    { id: "6.1.1", does: "a text of nothing", writes: parts(""), expects: taken() },
    { id: "6.1.2", does: "three parts of nothing", writes: parts("", "", ""), expects: taken() },
    { id: "6.1.3", does: "nothing, a text, nothing", writes: parts("", hello, ""), expects: taken() },
    { id: "6.2.1", does: "a text of several alphabets", writes: parts(hello), expects: taken() },
    { id: "6.2.2", does: "in two parts", writes: parts(front, back), expects: taken() },
    { id: "6.2.3", does: "in parts of a byte", writes: bytewise(hello), expects: taken() },
    { id: "6.2.4", does: "a Greek word in parts of a byte", writes: bytewise(KOSME), expects: taken() },
    { id: "6.3.1", does: "a text with half a pair in it", writes: parts(broken), expects: wrong },
    { id: "6.3.2", does: "the same in parts of a byte", writes: bytewise(broken), expects: wrong },
    {
      id: "6.4.1",
      does: "beyond Unicode, in a part of its own",
      writes: parts(KOSME, "f4908080", EDITED),
      expects: wrong,
    },
    { id: "6.4.2", does: "the same, cut in two", writes: parts(`${KOSME}f4`, "90", `8080${EDITED}`), expects: wrong },
    { id: "6.4.3", does: "in one part, byte by byte", writes: chopped(parts(beyond)), expects: wrong },
    { id: "6.4.4", does: "in one part, twelve bytes at a time", writes: chopped(parts(beyond), 12), expects: wrong },
  ];
}

export const TEXT_CASES: readonly Case[] = [
  ...byHand(),
  ...GROUPS.flatMap(([what, sequences], group) =>
    sequences.map((said, at) => {
      const isWrong = said.startsWith("!");
      return {
        id: `6.${group + 5}.${at + 1}`,
        does: what,
        writes: parts(isWrong ? said.slice(1) : said),
        expects: isWrong ? wrong : taken(),
      };
    }),
  ),
];
