/**
 * A player who stops reading: frames pile up in the socket while the room goes on encoding. Every one of them has to be what
 * it was when it was sent.
 */
import assert from "node:assert/strict";
import { Room } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { defineHost } from "@ninelives/server";
import type WebSocket from "ws";
import { RawClient } from "../../../test/support/raw-client.ts";
import { startStock } from "../../../test/support/stock-host.ts";
import { startTestHost } from "../../../test/support/test-host.ts";
import { settle, until } from "../../../test/support/until.ts";

const CELLS = 4_000;
const FAR_BEHIND_BYTES = 512 * 1024;
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
  /** A frame showed cells that never stood beside its `patch`. */
  readonly torn: boolean;
  readonly sent: number;
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
  for (let count = 0; count < PATCHES_WHILE_BEHIND; count++) {
    room.next();
    await settle(1);
  }
  client.socket.resume();
  await until(
    "the last patch",
    () => serverSide.bufferedAmount === 0 && client.stateFrames().length === room.state.patch + 1,
  );
  const patches: number[] = [];
  let torn = false;
  client.decode(new WideState(), ({ patch, cells }) => {
    patches.push(patch);
    torn ||= patch > 0 && cells.some((value, cell) => value !== patch * 100_000 + cell);
  });
  client.close();
  return { patches, torn, sent: room.state.patch };
}

describe("a socket that is not read", () => {
  it("[SEAL3] gets every patch as it was sent, none overwritten by a later one", async () => {
    const host = await startTestHost(defineHost({ rooms: { wide: WideRoom }, store: { kind: "memory" } }));
    try {
      const { patches, torn, sent } = await play(host);
      assert.deepEqual(
        patches,
        Array.from({ length: sent + 1 }, (_, index) => index),
      );
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
