/** The contract with Colyseus's SDK: one test per piece of `client/src/adapter.ts`, under the same name. */
import assert from "node:assert/strict";
import { Client as SdkClient, Protocol, type Room as SdkRoom } from "@colyseus/sdk";
import { connect, type Room } from "@ninelives/client";
import { defineHost } from "@ninelives/server";
import { BYTES_OPCODE } from "@ninelives/shared-schema";
import { frameKind, inputHandle, keepRefusals } from "../src/adapter.ts";
import { Lab, LabRoom, type LabState } from "../../test/support/lab.ts";
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

  it("SessionClient: the SDK's own room is joined through our connection", () => {
    assert.equal(ours.sdk.connection.isOpen, true);
    assert.match(ours.sdk.reconnectionToken, /^[\w-]+:[\w-]{43}$/);
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
