/** Frames no client may send: they end one connection, and nobody else notices. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { Protocol } from "@colyseus/core";
import { connect, type Room } from "@ninelives/client";
import { defineHost } from "@ninelives/server";
import { CODES, LIMITS } from "@ninelives/shared-schema";
import { frameFault } from "../../src/socket/guard.ts";
import { Lab, LabRoom } from "../../../test/support/lab.ts";
import { RawClient } from "../../../test/support/raw-client.ts";
import { startTestHost, type TestHost } from "../../../test/support/test-host.ts";
import { until, within } from "../../../test/support/until.ts";

describe("a frame that no SDK sends", () => {
  let host: TestHost;
  let bystander: Room<typeof Lab>;
  before(async () => {
    const rooms = { lab: { type: Lab, room: LabRoom } };
    host = await startTestHost(defineHost({ rooms, store: { kind: "memory" }, seatHoldSeconds: 0 }));
    bystander = await connect(host.url).create(Lab, { name: "Bea" });
  });
  after(() => host.stop());

  const hostile: Readonly<Record<string, (client: RawClient) => void>> = {
    "the three bytes that hang an input decoder": (client) => client.send(20, 1, 255),
    "a run of inputs that would fill the memory": (client) => client.send(0x94, 0xce, 255, 255, 255, 15, 0, 0, 0, 0),
    "a text frame": (client) => client.socket.send("hello"),
    "an empty frame": (client) => client.send(),
    "an opcode of the server": (client) => client.send(Protocol.ROOM_STATE, 1, 2, 3),
    "an opcode nobody knows": (client) => client.send(31),
    "a modifier on a message": (client) => client.send(Protocol.ROOM_DATA | 0x40, 1),
    "an input longer than inputs are": (client) =>
      client.send(Protocol.ROOM_INPUT_RELIABLE, ...Array.from({ length: 800 }, () => 1)),
  };
  for (const [name, attack] of Object.entries(hostile)) {
    it(`[SO1] ${name}: closed with BAD_FRAME, and other players' patches go on`, async () => {
      const client = await RawClient.join(host.url, `joinById/${bystander.roomId}`);
      const { patches } = bystander.net.totals;
      attack(client);
      assert.equal((await within("the close", client.closed))[0], CODES.BAD_FRAME.code);
      await until("more patches", () => bystander.net.totals.patches > patches + 2);
      const { count } = await bystander.command("add", { by: 1 });
      await until("the patch", () => bystander.state.count === count);
      await until("the seat to be free again", async () => {
        const rooms = (await (await fetch(`${host.url}/rooms`)).json()) as { roomId: string; players: number }[];
        return rooms.find(({ roomId }) => roomId === bystander.roomId)?.players === 1;
      });
    });
  }

  it("[SO1] an oversized frame: closed with 1009, and other players' patches go on", async () => {
    const client = await RawClient.join(host.url, `joinById/${bystander.roomId}`);
    client.socket.send(Buffer.alloc(LIMITS.frameBytes + 1, Protocol.ROOM_DATA));
    assert.equal((await within("the close", client.closed))[0], 1009);
    const { patches } = bystander.net.totals;
    await until("more patches", () => bystander.net.totals.patches > patches + 2);
  });

  it("[SO1] bytes at random end their own connection at most: the room answers as before", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 8 }), async (frames) => {
        const client = await RawClient.join(host.url, "create/lab");
        for (const frame of frames) client.socket.send(frame);
        client.socket.ping();
        await within(
          "a pong or the close",
          Promise.race([client.closed, new Promise((resolve) => client.socket.once("pong", resolve))]),
        );
        client.close();
      }),
      { numRuns: 60 },
    );
    await within("an answer", bystander.command("add", { by: 1 }));
  });

  it("[SO1] what an SDK sends passes: join, leave, ping, messages, requests and inputs, of any length they can have", () => {
    const good = [
      [Protocol.JOIN_ROOM],
      [Protocol.LEAVE_ROOM],
      [Protocol.PING],
      [Protocol.ROOM_DATA, 1],
      [Protocol.ROOM_REQUEST, 1, 2],
    ];
    for (const bytes of good) assert.equal(frameFault(Uint8Array.from(bytes), true), undefined);
    for (const modifier of [0, 0x80]) {
      assert.equal(frameFault(Uint8Array.of(Protocol.ROOM_INPUT_RELIABLE | modifier, 1, 2, 3), true), undefined);
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 900 }), fc.boolean(), (bytes, isBinary) => {
        const fault = frameFault(bytes, isBinary);
        assert.ok(
          fault === undefined || (fault.length > 0 && Buffer.byteLength(fault) <= 123),
          "a close reason has 123 bytes",
        );
      }),
    );
  });
});
