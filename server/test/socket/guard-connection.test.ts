/** The guard of one connection: whose turn it is, and what becomes of a throw behind it. */
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { Protocol, Room as PlainRoom } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { Client as SdkClient } from "@colyseus/sdk";
import { connect } from "@ninelives/client";
import { defineHost } from "@ninelives/server";
import { CODES, LIMITS } from "@ninelives/shared-schema";
import { guardConnection } from "../../src/socket/guard/connection.ts";
import { Entry } from "../../src/socket/guard/entry.ts";
import { Lab, LabRoom } from "../../../test/support/lab.ts";
import { RawClient } from "../../../test/support/raw-client.ts";
import { startTestHost, type TestHost } from "../../../test/support/test-host.ts";
import { until, within } from "../../../test/support/until.ts";

class Socket extends EventEmitter {
  readonly closes: [code: number | undefined, reason: string][] = [];
  close(code?: number, reason?: string | Buffer): void {
    this.closes.push([code, String(reason ?? "")]);
  }
}

function guarded() {
  const socket = new Socket();
  const told: string[] = [];
  guardConnection(socket, new Entry(), {
    heard: () => {},
    flow: undefined,
    shape: () => undefined,
    early: () => told.push("early"),
    refused: ({ reason: fault }) => told.push(fault),
    threw: (error) => told.push(`threw ${String(error)}`),
  });
  const frames: number[] = [];
  const say = (...bytes: number[]) => socket.emit("message", Buffer.from(bytes), true);
  const listen = () => socket.on("message", (data: Buffer) => frames.push(data[0]!));
  return { socket, told, frames, say, listen };
}

describe("the guard of a connection", () => {
  it("[SO5] JOIN_ROOM before it was asked for, and a second one: refused; nothing after that is heard", () => {
    const hasty = guarded();
    hasty.say(Protocol.JOIN_ROOM);
    assert.match(hasty.told[0]!, /not asked in/);
    const again = guarded();
    again.listen();
    for (let times = 0; times < 2; times++) again.say(Protocol.JOIN_ROOM);
    again.say(Protocol.PING);
    assert.deepEqual(again.frames, [Protocol.JOIN_ROOM]);
    assert.match(again.told[0]!, /second time/);
  });

  it("[SO5] what comes before it is heard up to a number, inputs always; after it everything is", () => {
    const { say, listen, frames, told } = guarded();
    say(Protocol.ROOM_DATA, 1);
    listen();
    for (let message = 0; message < LIMITS.earlyMessages + 2; message++) say(Protocol.ROOM_DATA, 1);
    say(Protocol.ROOM_INPUT_RELIABLE);
    assert.deepEqual([frames.length, told], [LIMITS.earlyMessages + 1, ["early", "early"]]);
    say(Protocol.JOIN_ROOM);
    say(Protocol.ROOM_DATA, 1);
    assert.deepEqual([frames.length, told.length], [LIMITS.earlyMessages + 3, 2]);
  });

  it("[SO5] late is who was asked in and has not entered for LIMITS.entryMs", () => {
    const entry = new Entry();
    assert.equal(entry.isLate(0, false), false);
    assert.equal(entry.isLate(LIMITS.entryMs, true), false);
    assert.equal(entry.isLate(2 * LIMITS.entryMs, true), true);
    entry.turn(Protocol.JOIN_ROOM, true);
    assert.equal(entry.isLate(3 * LIMITS.entryMs, true), false);
  });

  it("[SO4] a throw of whoever listens is told, and nothing more is heard", () => {
    const { socket, say, told } = guarded();
    let calls = 0;
    socket.on("message", () => {
      calls++;
      throw new Error("a bug");
    });
    say(Protocol.PING);
    say(Protocol.PING);
    assert.deepEqual([calls, told], [1, ["threw Error: a bug"]]);
  });

  it("[SO4] a reason that is too long for a close is cut to whole characters", () => {
    const { socket } = guarded();
    socket.close(4_002, "€".repeat(100));
    socket.close(4_000);
    assert.deepEqual(socket.closes, [
      [4_002, "€".repeat(41)],
      [4_000, ""],
    ]);
  });
});

const EchoState = schema({ steps: t.uint32().default(0) }, "EchoState");
const EchoPad = schema({ dx: t.int8().default(0), word: t.string().default("") }, "EchoPad");

/** Says back whatever it is told, and throws where nobody expects it. */
class EchoRoom extends PlainRoom<{ state: InstanceType<typeof EchoState> }> {
  override state = new EchoState();
  override patchRate = 10;
  readonly pads = this.defineInput(EchoPad, {
    tickRate: 50,
    sanitize: ({ word }) => {
      if (word === "bomb") throw new Error("a sanitizer that throws");
    },
  });
  readonly heard: unknown[] = [];

  override onCreate(): void {
    this.setTimestep(() => {
      this.state.steps++;
      for (const { sessionId } of this.clients) for (const { word } of this.pads.get(sessionId)) this.heard.push(word);
    }, 10);
    for (const type of ["say", "a name that is rather long for the type of a message", 7, 70_000])
      this.onMessage(type, (_client, message) => message as unknown);
    this.onMessageBytes("raw", (client, bytes: Uint8Array) => client.sendBytes("raw", bytes));
    this.onMessage("careless", (_client, message: { x: { y: number } }) => message.x.y);
  }

  override onUncaughtException(error: Error): void {
    if (error.message.includes("'y'")) throw new Error("a handler of errors that throws");
  }
}

describe("clients and the guard", () => {
  let host: TestHost;
  before(async () => {
    const rooms = { lab: { type: Lab, room: LabRoom }, echo: EchoRoom };
    host = await startTestHost(defineHost({ rooms, store: { kind: "memory" } }));
  });
  after(() => host.stop());

  const refused = () => host.metric('ninelives_refused_total{type="socket",code="BAD_FRAME"}');

  it("[SO3] what a stock client says passes: any type, any value, bytes, requests and inputs, up to the largest frame", async () => {
    const room = await new SdkClient(host.url).create<InstanceType<typeof EchoState>>("echo");
    const values = [
      undefined,
      null,
      1.5,
      "é",
      { a: [{ b: 1 }, { b: 2 }] },
      new Date(5),
      new Map([["k", 1]]),
      2n ** 60n,
    ];
    const large = Array.from({ length: 300 }, (_, id) => ({ id, at: [id / 3, id], name: `number ${id}` }));
    for (const value of [...values, large, "x".repeat(16_000)])
      for (const type of ["say", "a name that is rather long for the type of a message", 7, 70_000]) {
        const answer = await room.request(type, value);
        if (typeof value !== "object" || value === null) assert.deepEqual(answer, value);
      }
    const bytes = new Promise<Uint8Array>((resolve) => room.onMessage("raw", resolve));
    room.sendBytes("raw", Uint8Array.of(0xc1, 0xff));
    assert.deepEqual([...(await within("the bytes", bytes))], [0xc1, 0xff]);
    const input = room.input<{ dx: number; word: string }>();
    Object.assign(input.data, { dx: -3, word: "a word" });
    input.send();
    input.send();
    await until("the input", () => host.inside<EchoRoom>(room.roomId).heard.includes("a word"));
    assert.equal(await refused(), 0);
    await room.leave();
  });

  it("[SO3] and so does what ours says, after a return too", async () => {
    const room = await connect(host.url).create(Lab, { name: "Ada" });
    room.sendInput({ dx: 3 });
    await room.command("say", { text: "é".repeat(20) });
    const lab = host.inside<LabRoom>(room.roomId);
    lab.clients[0]!.leave(CODES.MAY_TRY_RECONNECT.code);
    await until("the drop", () => lab.trace.some((line) => line.endsWith("drop")));
    await room.command("add", { by: 1 });
    assert.equal(await refused(), 0);
    await room.leave();
  });

  it("[SO4] a throw behind the guard, as of an input's sanitizer: that connection ends, the others and the process go on", async () => {
    const bea = await new SdkClient(host.url).create<InstanceType<typeof EchoState>>("echo");
    const eve = await new SdkClient(host.url).joinById(bea.roomId);
    eve.reconnection.enabled = false;
    const input = eve.input<{ dx: number; word: string }>();
    Object.assign(input.data, { word: "bomb" });
    input.send();
    await until("the end", () => !eve.connection.isOpen);
    assert.equal(await host.metric('ninelives_faults_total{type="socket",where="message"}'), 1);
    assert.equal(await host.metric('ninelives_faults_total{type="echo",where="input"}'), 1);
    assert.equal(await bea.request("say", "still here"), "still here");
    await bea.leave();
  });

  it("[TK20] a room whose handler of errors throws too: nobody's connection ends", async () => {
    const bea = await new SdkClient(host.url).create<InstanceType<typeof EchoState>>("echo");
    bea.send("careless", {});
    assert.equal(await bea.request("say", "still here"), "still here");
    assert.equal(await host.metric('ninelives_faults_total{type="echo",where="onUncaughtException"}'), 1);
    await bea.leave();
  });

  it("[SO4] a type nobody knows, longer than a close may be: sent away, the others go on", async () => {
    const bea = await new SdkClient(host.url).create<InstanceType<typeof EchoState>>("echo");
    const eve = await RawClient.join(host.url, `joinById/${bea.roomId}`);
    eve.send(Protocol.ROOM_DATA, 0xd9, 200, ...Buffer.alloc(200, "x"));
    const [code, reason] = await within("the close", eve.closed);
    assert.deepEqual([code, Buffer.byteLength(reason)], [CODES.WITH_ERROR.code, 123]);
    assert.equal(await bea.request("say", "still here"), "still here");
    await bea.leave();
  });

  it("[SO4] a stock client's request whose result cannot be packed: refused, and nobody has to catch anything", async () => {
    const room = await new SdkClient(host.url).create("lab", { name: "Ada" });
    await assert.rejects(room.request("huge", {}), /rejected/);
    await room.leave();
  });
});
