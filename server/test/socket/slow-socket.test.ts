/**
 * A player who stops reading: frames pile up in the socket while the room goes on encoding. Every one of them has to be what
 * it was when it was sent. That ours are not many is another matter (slow-clients.test.ts).
 */
import assert from "node:assert/strict";
import { Protocol, Room } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { defineHost } from "@ninelives/server";
import type WebSocket from "ws";
import { RawClient } from "../../../test/support/raw-client.ts";
import { startStock } from "../../../test/support/stock-host.ts";
import { startTestHost } from "../../../test/support/test-host.ts";
import { settle, until } from "../../../test/support/until.ts";

const CELLS = 4_000;
/** A few patches, and fewer than are left out by ours. */
const FAR_BEHIND_BYTES = 80 * 1024;
const PATCHES_WHILE_BEHIND = 40;

const WideState = schema({ patch: t.uint32().default(0), cells: t.array("uint32") }, "WideState");
type WideState = InstanceType<typeof WideState>;

/** Unedited Colyseus: patches leave when the test asks for one. */
class WideRoom extends Room<{ state: WideState }> {
  override state = new WideState();
  override patchRate = 1e9;

  override onCreate(): void {
    for (let cell = 0; cell < CELLS; cell++) this.state.cells.push(0);
  }

  next(): void {
    this.state.patch++;
    for (let cell = 0; cell < CELLS; cell++) this.state.cells[cell] = this.state.patch * 100_000 + cell;
    this.broadcastPatch();
  }
}

interface Seen {
  /** `patch` after every frame. */
  readonly patches: number[];
  /** Patches that had gone when the first ones waited. */
  readonly behindAt: number;
  /** A frame showed cells that never stood beside its `patch`. */
  readonly torn: boolean;
  /** The one that was sent when nothing waited any more. */
  readonly last: number;
}

async function play(host: { url: string; room(roomId: string): Room | undefined }): Promise<Seen> {
  const client = await RawClient.join(host.url, "create/wide");
  const room = host.room(client.roomId) as WideRoom;
  const serverSide = room.clients[0]!.ref as unknown as WebSocket;
  client.socket.pause();
  while (serverSide.bufferedAmount < FAR_BEHIND_BYTES) {
    room.next();
    await settle(1);
  }
  const behindAt = room.state.patch;
  for (let count = 0; count < PATCHES_WHILE_BEHIND; count++) {
    room.next();
    await settle(1);
  }
  client.socket.resume();
  await until("an empty socket", () => serverSide.bufferedAmount === 0);
  room.next();
  room.clients[0]!.send("over");
  await until("everything that was sent", () => client.frames.some(([opcode]) => opcode === Protocol.ROOM_DATA));
  const patches: number[] = [];
  let torn = false;
  client.decode(new WideState(), ({ patch, cells }) => {
    patches.push(patch);
    torn ||= patch > 0 && cells.some((value, cell) => value !== patch * 100_000 + cell);
  });
  client.close();
  return { patches, behindAt, torn, last: room.state.patch };
}

describe("a socket that is not read", () => {
  it("[SEAL3] gets each patch as it was sent, none overwritten by a later one", async () => {
    const host = await startTestHost(defineHost({ rooms: { wide: WideRoom }, store: { kind: "memory" } }));
    try {
      const { patches, behindAt, torn, last } = await play(host);
      const waited = patches.slice(0, -1);
      assert.ok(waited.length > behindAt);
      assert.deepEqual([...waited.keys(), last], patches);
      assert.equal(torn, false);
    } finally {
      await host.stop();
    }
  });

  it("is shown patches twice and others never by Colyseus as it comes", async () => {
    const host = await startStock({ wide: WideRoom });
    try {
      const { patches } = await play(host);
      assert.ok(new Set(patches).size < patches.length, "Colyseus keeps waiting frames now: TapEncoder's copy may go");
    } finally {
      await host.stop();
    }
  });
});
