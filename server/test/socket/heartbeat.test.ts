/** A peer that vanished without a goodbye is noticed: the server asks. */
import { connect } from "@ninelives/client";
import { defineHost } from "@ninelives/server";
import { Lab, LabRoom } from "../../../test/support/lab.ts";
import { RawClient } from "../../../test/support/raw-client.ts";
import { startTestHost } from "../../../test/support/test-host.ts";
import { until, within } from "../../../test/support/until.ts";

describe("a socket", () => {
  it("[SO2] is pinged, and dropped when it does not answer; one that answers stays", async () => {
    const rooms = { lab: { type: Lab, room: LabRoom } };
    const host = await startTestHost(defineHost({ rooms, store: { kind: "memory" } }), {
      heartbeat: { everyMs: 100, deadAfterMs: 300 },
    });
    const ada = await connect(host.url).create(Lab, { name: "Ada" });
    const mute = await RawClient.join(host.url, `joinById/${ada.roomId}`);
    const lab = host.inside<LabRoom>(ada.roomId);
    await within("a ping", new Promise((resolve) => mute.socket.once("ping", resolve)));
    mute.socket.pause();
    await until("the drop", () => lab.trace.some((line) => line.endsWith(" drop")));
    await until("that it is the mute one's", () => lab.state.players.get(mute.sessionId)?.away);
    await ada.command("add", { by: 1 });
    mute.close();
    await host.stop();
  });
});
