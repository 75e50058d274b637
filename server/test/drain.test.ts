/** A host that stops: every room ends with its log closed, soon, whatever is under way in it. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client as RoomClient } from "@colyseus/core";
import { connect } from "@ninelives/client";
import { defineHost, readRoom } from "@ninelives/server";
import { RecordKind } from "@ninelives/shared-schema";
import { HeldStore } from "../../test/support/held-store.ts";
import { Lab, LabRoom } from "../../test/support/lab.ts";
import { BoardRoom } from "../../test/support/plain-room.ts";
import { RawClient } from "../../test/support/raw-client.ts";
import { startTestHost } from "../../test/support/test-host.ts";
import { within } from "../../test/support/until.ts";

/** Less than the seats' own 15 s and than the 10 s a process gives itself to drain. */
const SOON_MS = 3_000;

/** Outlives its host, so that a test can look at the logs afterwards. */
class LastingStore extends HeldStore {
  override close(): Promise<void> {
    return Promise.resolve();
  }
}

const gate = Promise.withResolvers<void>();

/** Lets its players go when the test says so. */
class GatedRoom extends LabRoom {
  override async onLeave(client: RoomClient): Promise<void> {
    await gate.promise;
    await super.onLeave(client);
  }
}

describe("a host that stops", () => {
  for (const name of ["lab", "board"]) {
    it(`[CFG3] does not wait for a seat that was reserved in room "${name}" and never taken`, async () => {
      const rooms = { lab: { type: Lab, room: LabRoom }, board: BoardRoom };
      const host = await startTestHost(defineHost({ rooms, store: { kind: "memory" } }));
      const player = await RawClient.join(host.url, `create/${name}`);
      await fetch(`${host.url}/matchmake/joinById/${player.roomId}`, { method: "POST", body: "{}" });
      await within("the host to stop", host.stop(), SOON_MS);
      assert.equal((await player.closed)[0], 4001);
    });
  }

  it("[HTTP1] is alive but not ready meanwhile, and takes no more players", async () => {
    const host = await startTestHost(
      defineHost({ rooms: { lab: { type: Lab, room: GatedRoom } }, store: { kind: "memory" } }),
    );
    await connect(host.url).create(Lab, {});
    const stopped = host.stop();
    assert.equal((await fetch(`${host.url}/healthz`)).status, 200);
    assert.equal((await fetch(`${host.url}/readyz`)).status, 503);
    await assert.rejects(connect(host.url).create(Lab, {}), { name: "SERVER_SHUTDOWN" });
    gate.resolve();
    await within("the host to stop", stopped, SOON_MS);
  });

  it("[CFG3] closes the log of a room that is being played with an END record", async () => {
    const store = new LastingStore();
    const host = await startTestHost(defineHost({ rooms: { lab: { type: Lab, room: LabRoom } } }), { store });
    const ada = await connect(host.url).create(Lab, {});
    await ada.command("add", { by: 7 });
    await host.stop();
    const { records, damage, image } = await readRoom(store, ada.roomId, Lab);
    assert.deepEqual(damage, []);
    assert.equal(records.at(-1)!.kind, RecordKind.END);
    assert.deepEqual([image!.ended, image!.state.count, image!.memory.game.commandsRun], [true, 7, 1]);
  });

  it("[TK24] a room that cannot write its last snapshot keeps no other one from going on", async () => {
    const dir = await mkdtemp(join(tmpdir(), "ninelives-drain-"));
    const config = defineHost({ rooms: { lab: { type: Lab, room: LabRoom } }, store: { kind: "file", dir } });
    try {
      const host = await startTestHost(config);
      const [ada, bob] = [await connect(host.url).create(Lab, {}), await connect(host.url).create(Lab, {})];
      for (const room of [ada, bob]) await room.command("add", { by: 7 });
      Object.defineProperty(host.inside<LabRoom>(ada.roomId).state, "count", {
        get() {
          throw new Error("a state that cannot be read");
        },
      });
      await within("the host to stop", host.stop(), SOON_MS);
      assert.match(host.logText(), /could not write its last snapshot/);
      const next = await startTestHost(config);
      for (const { roomId } of [ada, bob]) assert.equal(next.inside<LabRoom>(roomId).state.count, 7);
      await next.stop();
      for (const room of [ada, bob]) void room.leave().catch(() => {});
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });
});
