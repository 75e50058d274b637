/** What one address may have, on a clock moved by hand. */
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { LIMITS, NetError } from "@ninelives/shared-schema";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { settle } from "../../../test/support/until.ts";
import { AddressBook } from "../../src/limits/address-book.ts";
import { ClientAddresses } from "../../src/limits/client-addresses.ts";
import { Gate } from "../../src/limits/gate.ts";
import { type HostLimitsInput, limitsSchema } from "../../src/limits/settings.ts";

/** A connection without a network. */
class Line extends EventEmitter {
  readonly remoteAddress: string;
  destroyed = false;

  constructor(remoteAddress: string) {
    super();
    this.remoteAddress = remoteAddress;
  }

  destroy(): void {
    this.destroyed = true;
    this.emit("close");
  }
}

describe("the gate", () => {
  let clock: ManualClock;
  let refusals: string[];
  let lines: { message: string; address?: string; unsaid?: number }[];
  beforeEach(() => {
    clock = new ManualClock();
    [refusals, lines] = [[], []];
  });

  function gateWith(limits: HostLimitsInput, proxies: readonly string[] = []): Gate {
    return new Gate({
      limits: limitsSchema.parse(limits),
      addresses: new ClientAddresses(proxies),
      clock,
      metrics: { refused: (type, code) => void refusals.push(`${type} ${code}`) },
      logger: { warn: (about: object, message: string) => void lines.push({ ...about, message }) } as never,
    });
  }

  const line = (gate: Gate, address: string) => {
    const socket = new Line(address);
    gate.connected(socket as unknown as Socket);
    return socket;
  };
  const over = (socket: Line, forwarded?: string) =>
    ({
      socket,
      headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded },
    }) as unknown as IncomingMessage;
  const nothing = () => Promise.resolve();
  let seats = 0;
  const ask = (gate: Gate, socket: Line, forwarded?: string) =>
    gate.seat(over(socket, forwarded), nothing, () => Promise.resolve({ sessionId: `seat ${seats++}` }));
  const tooMany = async (asked: Promise<unknown>): Promise<number> => {
    const error = await asked.then(
      () => assert.fail("not refused"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof NetError && error.name === "TOO_MANY" && error.recoverable, String(error));
    return error.details.retryAfterMs as number;
  };

  it("[LIM3] connections of one address beyond its limit are TOO_MANY, those of others are not, and one that ends makes room", () => {
    const gate = gateWith({ connectionsPerAddress: 2 });
    const [first, , third] = [1, 2, 3].map(() => line(gate, "203.0.113.5"));
    assert.equal(gate.refusalOf(over(first!), "http"), undefined);
    const { name, details } = gate.refusalOf(over(third!), "http")!;
    assert.deepEqual([name, details.retryAfterMs], ["TOO_MANY", LIMITS.refusedRetryMs]);
    assert.equal(gate.refusalOf(over(line(gate, "203.0.113.6")), "http"), undefined);
    first!.destroy();
    third!.destroy();
    assert.equal(gate.refusalOf(over(line(gate, "203.0.113.5")), "socket"), undefined);
    assert.deepEqual(refusals, ["http TOO_MANY"]);
  });

  it("[LIM3] connections beyond those in all are BUSY, exempt ones too", () => {
    const gate = gateWith({ connections: 2 });
    line(gate, "203.0.113.5");
    line(gate, "127.0.0.1");
    assert.equal(gate.refusalOf(over(line(gate, "127.0.0.1")), "socket")!.name, "BUSY");
  });

  it("[LIM3] one too many that says nothing is closed, at once where many wait", () => {
    const gate = gateWith({ connectionsPerAddress: 1 });
    line(gate, "203.0.113.5");
    const waiting = Array.from({ length: LIMITS.refusedConnections }, () => line(gate, "203.0.113.5"));
    assert.equal(line(gate, "203.0.113.5").destroyed, true);
    assert.ok(waiting.every(({ destroyed }) => !destroyed));
    clock.advance(LIMITS.refusedCloseMs);
    assert.ok(waiting.every(({ destroyed }) => destroyed));
    assert.equal(clock.waiting, 0);
  });

  it("[LIM3] behind a listed proxy a socket counts as its client's", () => {
    const gate = gateWith({ connectionsPerAddress: 1 }, ["10.0.0.1"]);
    const behind = (address: string) => gate.openSocket(over(line(gate, "10.0.0.1"), address));
    assert.equal(behind("203.0.113.5"), undefined);
    assert.equal(behind("203.0.113.6"), undefined);
    assert.equal(behind("203.0.113.5")!.name, "TOO_MANY");
  });

  it("[LIM18] who opens connections more often than it may is told when to come again, and may then; those that are open stay", () => {
    const gate = gateWith({ connectsPerAddress: { perSecond: 0.5, burst: 2 } });
    const [first, second, third] = [1, 2, 3].map(() => line(gate, "203.0.113.5"));
    for (const socket of [first, second]) assert.equal(gate.refusalOf(over(socket!), "socket"), undefined);
    const { name, message, details } = gate.refusalOf(over(third!), "socket")!;
    assert.deepEqual(
      [name, message, details.retryAfterMs],
      ["TOO_MANY", "too many new connections of this address", 2_000],
    );
    for (const socket of [first, third]) socket!.destroy();
    assert.equal(gate.refusalOf(over(line(gate, "203.0.113.5")), "socket")!.name, "TOO_MANY");
    assert.equal(gate.refusalOf(over(line(gate, "203.0.113.6")), "socket"), undefined);
    clock.advance(2_000);
    assert.equal(gate.refusalOf(over(line(gate, "203.0.113.5")), "socket"), undefined);
    assert.equal(second!.destroyed, false);
  });

  it("[LIM18] behind a listed proxy the sockets of each client count, and not the proxy's connections", () => {
    const gate = gateWith({ connectsPerAddress: { perSecond: 0.5, burst: 1 } }, ["10.0.0.1"]);
    const behind = (address: string) => gate.openSocket(over(line(gate, "10.0.0.1"), address))?.name;
    assert.deepEqual(["203.0.113.5", "203.0.113.6", "203.0.113.5"].map(behind), [undefined, undefined, "TOO_MANY"]);
  });

  it("[LIM4] who asks for seats too often is told when to come again, and may then", async () => {
    const gate = gateWith({ joinsPerAddress: { perSecond: 4, burst: 2 } });
    const socket = line(gate, "203.0.113.5");
    await ask(gate, socket);
    await ask(gate, socket);
    assert.equal(await tooMany(ask(gate, socket)), 250);
    await ask(gate, line(gate, "203.0.113.6"));
    clock.advance(250);
    await ask(gate, socket);
    assert.equal(await tooMany(ask(gate, socket)), 250);
  });

  it("[LIM5] seats that nobody takes count until they are taken or run out", async () => {
    const gate = gateWith({ untakenSeatsPerAddress: 2 });
    const socket = line(gate, "203.0.113.5");
    const [first] = (await Promise.all([ask(gate, socket), ask(gate, socket)])) as [{ sessionId: string }, unknown];
    clock.advance(1_000);
    assert.equal(await tooMany(ask(gate, socket)), LIMITS.seatPromisedMs - 1_000);
    gate.taken(first.sessionId);
    await ask(gate, socket);
    await tooMany(ask(gate, socket));
    clock.advance(LIMITS.seatPromisedMs - 1_000);
    await ask(gate, socket);
    await tooMany(ask(gate, socket));
  });

  it("[LIM5] a seat that its player comes back to is none of them", async () => {
    const gate = gateWith({ untakenSeatsPerAddress: 1 });
    const socket = line(gate, "203.0.113.5");
    const again = () => Promise.resolve({ sessionId: "s" });
    for (let at = 0; at < 3; at++) await gate.seat(over(socket), nothing, again, false);
    await ask(gate, socket);
  });

  it("[LIM5] requests under way count, and one that fails leaves nothing behind", async () => {
    const gate = gateWith({ untakenSeatsPerAddress: 1 });
    const socket = line(gate, "203.0.113.5");
    const { promise, reject } = Promise.withResolvers<never>();
    const pending = gate.seat(over(socket), nothing, () => promise);
    await tooMany(ask(gate, socket));
    reject(new Error("no room"));
    await assert.rejects(pending, /no room/);
    await ask(gate, socket);
  });

  it("[LIM16] of one address a few ask at a time, the others wait; slow ones keep nobody waiting, others' neither", async () => {
    const gate = gateWith({});
    const [ada, bob] = [line(gate, "203.0.113.5"), line(gate, "203.0.113.6")];
    const asked: PromiseWithResolvers<object>[] = [];
    const begin = (socket: Line) =>
      gate.seat(over(socket), nothing, () => {
        asked.push(Promise.withResolvers<object>());
        return asked.at(-1)!.promise;
      });
    const all = Array.from({ length: 3 * LIMITS.asksAtOnce }, () => begin(ada));
    await settle();
    assert.equal(asked.length, LIMITS.asksAtOnce);
    all.push(begin(bob));
    await settle();
    assert.equal(asked.length, LIMITS.asksAtOnce + 1);
    asked[0]!.resolve({});
    await settle();
    assert.equal(asked.length, LIMITS.asksAtOnce + 2);
    clock.advance(LIMITS.askTurnMs);
    await settle();
    assert.equal(asked.length, 2 * LIMITS.asksAtOnce + 2);
    clock.advance(LIMITS.askTurnMs);
    await settle();
    for (const { resolve } of asked) resolve({});
    await Promise.all(all);
    assert.equal(clock.waiting, 0);
  });

  it("[LIM6] exempt addresses have no limit of their own: loopback, unless it is said otherwise", async () => {
    const few = { connectionsPerAddress: 1, joinsPerAddress: { perSecond: 1, burst: 1 }, untakenSeatsPerAddress: 1 };
    for (const [limits, address] of [
      [few, "127.0.0.1"],
      [few, "::1"],
      [{ ...few, exempt: ["203.0.113.0/24"] }, "203.0.113.5"],
    ] as const) {
      const gate = gateWith({ ...limits, exempt: "exempt" in limits ? [...limits.exempt] : undefined });
      for (let at = 0; at < 5; at++) await ask(gate, line(gate, address));
      assert.deepEqual(refusals, []);
    }
    const gate = gateWith({ ...few, exempt: [] });
    await ask(gate, line(gate, "127.0.0.1"));
    await tooMany(ask(gate, line(gate, "127.0.0.1")));
  });

  it("[LIM7] each refusal is counted; the log has a line for each address and second", async () => {
    const gate = gateWith({ joinsPerAddress: { perSecond: 0.001, burst: 1 } });
    const [ada, bob] = [line(gate, "203.0.113.5"), line(gate, "203.0.113.6")];
    for (const socket of [ada, bob]) await ask(gate, socket);
    for (let at = 0; at < 50; at++) for (const socket of [ada, bob]) await tooMany(ask(gate, socket));
    assert.equal(refusals.length, 100);
    assert.deepEqual(
      lines.map(({ address }) => address),
      ["203.0.113.5", "203.0.113.6"],
    );
    clock.advance(LIMITS.refusalToldMs);
    await tooMany(ask(gate, ada));
    assert.deepEqual([lines[2]!.address, lines[2]!.unsaid], ["203.0.113.5", 49]);
  });

  it("[LIM8] addresses that are of no interest any more are forgotten, and beyond a number of them all others are one", () => {
    const limits = limitsSchema.parse({ joinsPerAddress: { perSecond: 1, burst: 1 } });
    const book = new AddressBook(limits);
    const busy = book.of("busy", 0);
    busy.open = 1;
    for (let at = 0; at < 50_000; at++) book.of(`${at}`, at);
    assert.ok(book.size <= 4_096, `${book.size} addresses`);
    assert.equal(book.of("busy", 60_000), busy);
    for (let at = 0; at < LIMITS.addressesCounted; at++) book.of(`held ${at}`, 60_000).open = 1;
    const [one, other] = [book.of("one", 60_000), book.of("other", 60_000)];
    assert.equal(one, other);
    assert.equal(book.size, LIMITS.addressesCounted);
  });
});
