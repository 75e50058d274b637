/** When a player is told that it is in. */
import assert from "node:assert/strict";
import type { Client } from "@colyseus/core";
import { connect } from "@ninelives/client";
import { defineHost } from "@ninelives/server";
import { HeldStore } from "../../../test/support/held-store.ts";
import { Lab, LabRoom } from "../../../test/support/lab.ts";
import { startTestHost, type TestHost } from "../../../test/support/test-host.ts";
import { until, within } from "../../../test/support/until.ts";

let asked = Promise.withResolvers<void>();
let answered = Promise.withResolvers<void>();

/** Asks somebody about the player before it is in. */
class AskingRoom extends LabRoom {
  override async onJoin(client: Client): Promise<void> {
    asked.resolve();
    await answered.promise;
    await super.onJoin(client, { name: "asked" });
    this.state.count = 7;
  }
}

describe("joining", () => {
  const store = new HeldStore();
  let host: TestHost;
  before(async () => {
    [asked, answered] = [Promise.withResolvers(), Promise.withResolvers()];
    const rooms = { lab: { type: Lab, room: AskingRoom } };
    host = await startTestHost(defineHost({ rooms, store: { kind: "memory" } }), { store });
  });
  after(() => host.stop());

  it("[SE6] a player is told of being in when the log has all that `onJoin` did, however long it took", async () => {
    let isIn = false;
    const joining = connect(host.url).create(Lab, {});
    void joining.then(() => (isIn = true));
    await within("onJoin", asked.promise);
    const [row] = (await (await fetch(`${host.url}/rooms`)).json()) as { roomId: string }[];
    const room = host.inside<AskingRoom>(row!.roomId);
    await until("the tick it began in to be committed", () => room.tick > 5);
    store.hold();
    answered.resolve();
    await until("the rest of onJoin", () => room.state.count === 7);
    const { tick } = room;
    await until("some ticks, none of them committed", () => room.tick > tick + 10);
    assert.equal(isIn, false);
    store.release();
    const player = await within("the player to be in", joining);
    assert.equal(player.state.count, 7);
    await player.leave();
  });
});
