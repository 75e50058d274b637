/** What both sides say first: the greeting in the address, the welcome, and why a socket was closed. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  CloseReason,
  contractOf,
  defineRoomType,
  pack,
  readGreeting,
  readWelcome,
  TOPIC_COMMANDS,
  writeGreeting,
  writeWelcome,
} from "../../src/index.ts";
import { schema, t } from "@colyseus/schema";
import { z } from "zod";

/** What a WebSocket's close reason may have, bytes. */
const REASON_BYTES = 123;

describe("a greeting", () => {
  const count = fc.nat({ max: 2 ** 31 - 1 });
  const fields = {
    protocol: fc.nat({ max: 999_999_999 }),
    typeVersion: count,
    contract: fc.stringMatching(/^[0-9a-f]{8}$/),
    epoch: count.map((value) => value * 1_000),
    eventSeq: count,
    resultId: count,
    page: fc.nat({ max: 999_999_999 }),
  };
  const greeting = fc.record(fields, { noNullPrototype: true });

  it("[VER1] is read as it was written, and needs no escaping in an address", () => {
    fc.assert(
      fc.property(greeting, (given) => {
        const text = writeGreeting(given);
        assert.equal(encodeURIComponent(text), text);
        assert.deepEqual(readGreeting(text), given);
      }),
    );
  });

  it("[VER1] any other text is a RangeError that shows at most 80 characters of it", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        assert.throws(() => readGreeting(text), RangeError);
      }),
    );
    for (const text of [
      "1.1.aa.0.0.0",
      "-1.1.aa.0.0.0.0",
      "1.1.AA.0.0.0.0",
      "1.1.aa.0.0.0.0\n",
      "1e3.1.aa.0.0.0.0",
      "1.1.aa.0.0.0.x",
    ])
      assert.throws(() => readGreeting(text), RangeError, text);
    assert.throws(
      () => readGreeting("9".repeat(10_000)),
      ({ message }: Error) => message.length < 200,
    );
    assert.equal(readGreeting(null), undefined, "a stock client");
  });
});

describe("a welcome", () => {
  const welcome = { epoch: 1.7e12, commandId: 3, eventSeq: 4, events: 2, page: 1, seatHoldMs: 60_000 };

  it("[VER2] is read as it was written, with and without names", () => {
    const named = { ...welcome, names: { commands: ["a"], events: ["b", "c"] } };
    for (const given of [welcome, named]) assert.deepEqual(readWelcome(writeWelcome(given)), given);
  });

  it("[VER2] with a field missing or of another kind it is none", () => {
    const wrong = [
      {},
      null,
      7,
      [],
      { ...welcome, epoch: "1" },
      { ...welcome, commandId: undefined },
      { ...welcome, page: 0 },
      { ...welcome, events: -1 },
      { ...welcome, names: { commands: ["a"] } },
      { ...welcome, names: { commands: [1], events: [] } },
    ];
    for (const given of wrong) assert.throws(() => readWelcome(pack(given)), JSON.stringify(given));
    for (const bytes of [[], [0xc1], [0xdf, 255, 255, 255, 255]])
      assert.throws(() => readWelcome(Uint8Array.from(bytes)));
  });
});

describe("a close reason", () => {
  it("[VER1] says both versions within the bytes a close reason has", () => {
    const most = `${999_999_999}.${Number.MAX_SAFE_INTEGER}`;
    const reason = CloseReason.upgrade(most, most);
    assert.ok(Buffer.byteLength(reason) <= REASON_BYTES);
    assert.deepEqual(CloseReason.readUpgrade(reason), { client: most, server: most });
  });

  it("[CL3] says when to come again, in whole ms and never sooner", () => {
    assert.equal(CloseReason.retryAfter(1_500.2), "retry-after-ms=1501");
    fc.assert(
      fc.property(fc.nat({ max: 999_999_999 }), (ms) => {
        assert.equal(CloseReason.readRetryAfterMs(CloseReason.retryAfter(ms)), ms);
        assert.equal(CloseReason.readRetryAfterMs(`busy; ${CloseReason.retryAfter(ms)}, sorry`), ms);
      }),
    );
  });

  it("[MOV3] says where to go, and nothing where that is no address or does not fit", () => {
    for (const address of ["play.example:2567", ":2568", "[::1]:1", "10.0.0.1:65535"]) {
      assert.equal(CloseReason.readMoved(CloseReason.moved(address)), address);
    }
    const longest = `${"x".repeat(REASON_BYTES - "moved-to=:80".length)}:80`;
    assert.equal(Buffer.byteLength(CloseReason.moved(longest)), REASON_BYTES);
    for (const address of [
      `x${longest}`,
      "",
      ":",
      "play.example",
      "a:0",
      "a:65536",
      "http://a:1",
      "a:1/p",
      "ü:1",
      "a b:1",
    ]) {
      assert.equal(CloseReason.moved(address), "", address);
    }
  });

  it("[CL3] whatever it says, reading it never throws, and what is no hint is none", () => {
    fc.assert(
      fc.property(fc.string(), (reason) => {
        assert.equal(CloseReason.readUpgrade(reason), undefined);
        assert.equal(CloseReason.readRetryAfterMs(reason), undefined);
        assert.equal(CloseReason.readMoved(reason), undefined);
      }),
    );
    for (const reason of [
      "moved-to=",
      "moved-to=a",
      " moved-to=a:1",
      "moved-to=a:1 ",
      "moved-to=a:1\nb:1",
      "moved-to=a:0",
    ])
      assert.equal(CloseReason.readMoved(reason), undefined, reason);
    for (const reason of ["retry-after-ms=", "retry-after-ms=-5", "retry-after-ms=1e9", "retry-after-ms=9999999999"])
      assert.equal(CloseReason.readRetryAfterMs(reason), undefined, reason);
  });
});

describe("a contract", () => {
  const State = schema({ n: t.uint8().default(0) }, "ContractState");
  const empty = { payload: z.object({}), result: z.object({}) };
  const type = (more: object = {}) =>
    defineRoomType({
      name: "contract",
      tickHz: 10,
      maxPlayers: 2,
      state: State,
      commands: { b: empty, a: empty },
      events: { y: z.object({}), x: z.object({}) },
      ...more,
    });

  it("[VER2] numbers names the same way on both sides, whatever order they were written in", () => {
    const { commands, events, hash } = contractOf(type());
    assert.deepEqual(
      [commands, events],
      [
        [...TOPIC_COMMANDS, "a", "b"],
        ["x", "y"],
      ],
    );
    assert.match(hash, /^[0-9a-f]{8}$/);
    const turned = type({ commands: { a: empty, b: empty }, events: { x: z.object({}), y: z.object({}) } });
    assert.deepEqual(contractOf(turned), { commands, events, hash });
    const same = type();
    assert.equal(contractOf(same), contractOf(same), "computed once");
  });

  it("[VER2] has another hash with another name, another state or another input", () => {
    const Other = schema({ n: t.uint16().default(0) }, "ContractState");
    const Input = schema({ dx: t.int8() }, "ContractInput");
    const hashes = [
      {},
      { commands: { a: empty } },
      { events: { x: z.object({}) } },
      { commands: { b: empty, a: empty, x: empty }, events: { y: z.object({}) } },
      { state: Other },
      { input: Input },
    ].map((more) => contractOf(type(more)).hash);
    assert.equal(new Set(hashes).size, hashes.length, String(hashes));
  });
});
