/** A host starts, plays and stops, again and again in one process. */
import assert from "node:assert/strict";
import { connect } from "@ninelives/client";
import { defineHost } from "@ninelives/server";
import { Lab, LabRoom } from "../../test/support/lab.ts";
import { startTestHost } from "../../test/support/test-host.ts";
import { until, within } from "../../test/support/until.ts";

const config = defineHost({ rooms: { lab: { type: Lab, room: LabRoom } }, store: { kind: "memory" } });

describe("a host", () => {
  it("starts, plays and stops as often as asked", async () => {
    for (let round = 1; round <= 3; round++) {
      const host = await startTestHost(config);
      const room = await connect(host.url).joinOrCreate(Lab, { name: "Ada" });
      assert.deepEqual(await within("the result", room.command("add", { by: round })), { count: round });
      assert.equal(host.inside<LabRoom>(room.roomId).state.players.size, 1);
      const health = (await (await fetch(`${host.url}/healthz`)).json()) as { rooms: number; players: number };
      assert.deepEqual([health.rooms, health.players], [1, 1]);
      await within("the host to stop", host.stop());
      await until("the client to hear of it", () => room.connection.state === "DISCONNECTED");
      assert.deepEqual(room.connection.detail, { name: "DISCONNECTED", reason: "SERVER_SHUTDOWN" });
      await assert.rejects(fetch(`${host.url}/healthz`));
    }
  });
});
