/** The contract with Colyseus's SDK: one test per piece of `client/src/adapter.ts`, under the same name. */
import assert from "node:assert/strict";
import { Client as SdkClient, Protocol, type Room as SdkRoom } from "@colyseus/sdk";
import { connect, type Room } from "@ninelives/client";
import { defineHost } from "@ninelives/server";
import { BYTES_OPCODE, ItemKind, ServerFrame, writeWelcome } from "@ninelives/shared-schema";
import { frameKind, inputHandle, isEntry, keepRefusals, type SessionRoom } from "../src/adapter.ts";
import { Lab, LabRoom, type LabState, PERIOD_MS } from "../../test/support/lab.ts";
import { cut } from "../../test/support/stepped.ts";
import { startTestHost, type TestHost } from "../../test/support/test-host.ts";
import { until } from "../../test/support/until.ts";

describe("adapter: what Colyseus's SDK does not promise", () => {
  let host: TestHost;
  let room: SdkRoom<unknown, LabState>;
  let ours: Room<typeof Lab>;
  let lab: LabRoom;
  before(async () => {
    host = await startTestHost(defineHost({ rooms: { lab: { type: Lab, room: LabRoom } }, store: { kind: "memory" } }));
  });
  after(() => host.stop());
  beforeEach(async () => {
    room = (await new SdkClient(host.url).create("lab", {})) as SdkRoom<unknown, LabState>;
    ours = await connect(host.url, { random: () => 0.1 }).joinById(Lab, room.roomId, {});
    lab = host.inside<LabRoom>(room.roomId);
  });

  it("opcodes: bytes of the application, and what a frame is for", () => {
    assert.equal(BYTES_OPCODE, Protocol.ROOM_DATA_BYTES);
    const kindOf = (...bytes: number[]) => frameKind(Uint8Array.from(bytes).buffer);
    assert.equal(kindOf(Protocol.ROOM_STATE), "state");
    assert.equal(kindOf(Protocol.ROOM_STATE_PATCH | 0x80), "state");
    assert.equal(kindOf(Protocol.JOIN_ROOM, 1, 65, 1, 66, 0), "join");
    assert.equal(kindOf(Protocol.JOIN_ROOM, 1, 65, 1, 66, 3, 1, 2, 3), "join with layout");
    assert.equal(kindOf(Protocol.ROOM_DATA, 1), undefined);
  });

  it("[SE10] isEntry: JOIN_ROOM is answered once the token that came with it is the room's", () => {
    const { sdk } = ours;
    const tokens: string[] = [];
    const { connection } = sdk;
    connection.send = (frame: Uint8Array) => void (isEntry(frame) && tokens.push(sdk.reconnectionToken));
    const joined = [Protocol.JOIN_ROOM, 1, 65, 6, ...Buffer.from("schema"), 0];
    (sdk as unknown as SessionRoom).take(Uint8Array.from(joined).buffer);
    assert.deepEqual(tokens, [`${ours.roomId}:A`]);
    assert.deepEqual(
      [Protocol.LEAVE_ROOM, Protocol.PING].map((opcode) => isEntry(Uint8Array.of(opcode))),
      [false, false],
    );
  });

  it("SessionRoom: frames are counted, over a return as well, and a patch is told after it was applied", async () => {
    const seen: number[] = [];
    ours.onPatch(() => seen.push(ours.state.count));
    const { totals } = ours.net;
    lab.state.count = 5;
    await until("its patch", () => seen.includes(5));
    assert.ok(totals.frames > totals.patches && totals.bytes > totals.patchBytes);
    const before = ours.state;
    cut(ours);
    await until("the return", () => lab.trace.some((line) => line.endsWith(" reconnect")));
    const { patches } = totals;
    await until("more patches", () => totals.patches > patches + 3);
    assert.equal(ours.state, before, "the same objects after a return");
  });

  it("restartClock: the SDK believes a jump of the room's time slowly, and at once when its clock begins anew", async () => {
    await until("a time stamp", () => ours.sdk.clock.lastServerTime() > 0);
    ours.sendInput({ dx: 1 });
    await until("a round trip", () => ours.sdk.clock.smoothedRtt() > 0);
    const hour = 3_600_000;
    lab.clock.elapsedTime += hour;
    await until("a time stamp after it", () => ours.sdk.clock.lastServerTime() > hour);
    assert.ok(ours.sdk.clock.serverNow() < hour / 2, "as it comes");
    (ours.sdk as unknown as SessionRoom).restartClock();
    const apartMs = () => Math.abs(ours.sdk.clock.serverNow() - ours.sdk.clock.lastServerTime());
    assert.ok(apartMs() < 500, `${apartMs()} ms apart`);
    const intervalMs = ours.sdk.clock.patchInterval!();
    assert.ok(
      intervalMs > 0 && intervalMs % PERIOD_MS === 0,
      `what is known of the room's pace stays, ${intervalMs} ms`,
    );
  });

  it("keepPace: each state says when it was made, and how long the one before stood for is the SDK's patch interval", async () => {
    const { clock } = ours.sdk;
    clock.setPatchInterval!(777);
    const sentMs = clock.lastServerTime();
    await until("the next patch", () => clock.lastServerTime() > sentMs);
    assert.equal(clock.patchInterval!() % PERIOD_MS, 0);
    const frame = (opcode: number, atMs: number) => {
      const view = new DataView(new ArrayBuffer(9));
      view.setUint8(0, opcode);
      view.setUint32(1, atMs, true);
      return view.buffer;
    };
    const [session, lastMs] = [ours.sdk as unknown as SessionRoom, clock.lastServerTime()];
    session.keepPace(frame(Protocol.ROOM_STATE_PATCH | 0x80, lastMs + 60));
    assert.equal(clock.patchInterval!(), 60);
    for (const [opcode, atMs] of [
      [Protocol.ROOM_STATE_PATCH, lastMs + 20],
      [Protocol.ROOM_STATE_PATCH | 0x80, lastMs + 3_600_000],
      [Protocol.ROOM_STATE_PATCH | 0x80, lastMs - 20],
    ] as const)
      session.keepPace(frame(opcode, atMs));
    assert.equal(clock.patchInterval!(), 60, "one without a time, a rest, and a time that goes back say nothing");
  });

  it("[MOV6] a welcome of a later epoch restarts the clock, and the room says which owner it has", async () => {
    await until("a time stamp", () => ours.sdk.clock.lastServerTime() > 0);
    const { epoch } = ours;
    assert.ok(epoch > 0);
    const welcome = { epoch: epoch + 1, commandId: 0, eventSeq: 0, events: 0, page: 1, seatHoldMs: 60_000 };
    const frame = () => {
      const items = new ServerFrame();
      items.add({ kind: ItemKind.WELCOME, body: writeWelcome(welcome) });
      return items.take().subarray(2);
    };
    const hour = 3_600_000;
    lab.clock.elapsedTime += hour;
    await until("a time stamp after it", () => ours.sdk.clock.lastServerTime() > hour);
    ours.session.take(frame());
    assert.equal(ours.epoch, epoch + 1);
    await until("the next stamp, which is believed as it is", () => ours.sdk.clock.serverNow() > hour);
  });

  it("SessionClient: the SDK's own room is joined through our connection", () => {
    assert.equal(ours.sdk.connection.isOpen, true);
    assert.match(ours.sdk.reconnectionToken, /^[\w-]+:[\w-]+\.1\.\w{7}\.[\w-]{43}$/);
  });

  it("keepRefusals: joins go through client.http.post, and what that throws reaches the caller", async () => {
    const client = new SdkClient(host.url);
    const told: unknown[] = [];
    keepRefusals(client, (error) => {
      told.push(error);
      return new RangeError("translated");
    });
    await assert.rejects(client.joinOrCreate("nowhere", {}), RangeError);
    assert.equal((told[0] as { data?: { name?: string } }).data?.name, "ROOM_TYPE_UNKNOWN");
  });

  it("inputHandle: room.input() without a type has the server's fields, and send() delivers them", async () => {
    await until("the first state", () => (room.state.players?.size ?? 0) > 0);
    const input = inputHandle<{ dx: number }>(room as SdkRoom);
    input.data.dx = 7;
    input.send();
    await until("the input's effect", () => room.state.players.get(room.sessionId)!.x === 7);
    assert.equal(room.input(), input, "one handle a room");
  });
});
