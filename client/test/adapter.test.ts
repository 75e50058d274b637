/** The contract with Colyseus's SDK: one test per piece of `client/src/adapter.ts`, under the same name. */
import assert from "node:assert/strict";
import { Client as SdkClient, type Room as SdkRoom } from "@colyseus/sdk";
import { defineHost } from "@ninelives/server";
import { countFrames, inputHandle, keepRefusals, leaveWhenBack, quietWindow } from "../src/adapter.ts";
import { Lab, LabRoom, type LabState } from "../../test/support/lab.ts";
import { startTestHost, type TestHost } from "../../test/support/test-host.ts";
import { until } from "../../test/support/until.ts";

describe("adapter: what Colyseus's SDK does not promise", () => {
  let host: TestHost;
  let room: SdkRoom<unknown, LabState>;
  let lab: LabRoom;
  before(async () => {
    host = await startTestHost(defineHost({ rooms: { lab: { type: Lab, room: LabRoom } }, store: { kind: "memory" } }));
  });
  after(() => host.stop());
  beforeEach(async () => {
    room = (await new SdkClient(host.url).create("lab", {})) as SdkRoom<unknown, LabState>;
    lab = host.inside<LabRoom>(room.roomId);
    room.reconnection.minUptime = 0;
  });

  it("countFrames: onmessage is called with every frame, patches are told by their opcode after they were applied", async () => {
    const seen: number[] = [];
    const counts = countFrames(room as SdkRoom, () => seen.push(room.state.count));
    await until("the first state", () => room.state.players?.size === 1);
    lab.state.count = 5;
    await until("its patch", () => seen.includes(5));
    assert.ok(counts.patches === seen.length && counts.frames >= counts.patches && counts.bytes >= counts.patchBytes);
    const { patches, frames } = counts;
    let answered = false;
    room.ping(() => (answered = true));
    await until("the pong", () => answered);
    assert.ok(counts.frames - frames > counts.patches - patches, "a pong is a frame and no patch");
  });

  it("countFrames: goes on over a return of the connection", async () => {
    const counts = countFrames(room as SdkRoom, () => {});
    await until("the first state", () => counts.frames > 0);
    room.reconnection.backoff = () => 0;
    room.reconnection.minDelay = 0;
    room.connection.close(4010);
    await until("the return", () => lab.trace.some((line) => line.endsWith(" reconnect")));
    const { patches } = counts;
    await until("more patches", () => counts.patches > patches + 3);
  });

  it("quietWindow: reconnection is a plain object, read at every drop: back at once, spread by chance, never given up", async () => {
    const drawn: number[] = [];
    quietWindow(room as SdkRoom, () => {
      drawn.push(0.25);
      return 0.25;
    });
    const { reconnection } = room;
    assert.equal(reconnection.backoff(1, reconnection.delay), 50);
    assert.equal(reconnection.backoff(2, reconnection.delay), 900);
    assert.equal(reconnection.backoff(3, reconnection.delay), 1_800);
    assert.equal(reconnection.backoff(30, reconnection.delay), 27_000);
    drawn.length = 0;
    await until("the first state", () => room.state.players?.size === 1);
    room.connection.close(4010);
    assert.deepEqual(drawn, [0.25], "the back-off is asked at the drop");
    await until("the return, in the first second", () => lab.trace.some((line) => line.endsWith(" reconnect")), 1_000);
  });

  it("leaveWhenBack: SDK's own leave() is lost while the connection is down; this one is not", async () => {
    await until("the first state", () => room.state.players?.size === 1);
    quietWindow(room as SdkRoom, () => 0.1);
    room.connection.close(4010);
    leaveWhenBack(room as SdkRoom);
    await until("the leave", () => lab.trace.some((line) => line.endsWith(" leave")));
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
    await until("the first state", () => room.state.players?.size === 1);
    const input = inputHandle<{ dx: number }>(room as SdkRoom);
    input.data.dx = 7;
    input.send();
    await until("the input's effect", () => room.state.players.get(room.sessionId)!.x === 7);
    assert.equal(room.input(), input, "one handle a room");
  });
});
