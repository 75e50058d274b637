/** Where players may come back, told while they play. */
import assert from "node:assert/strict";
import { connect } from "@ninelives/client";
import { Lab, PERIOD_MS } from "../../../test/support/lab.ts";
import { delivered, startStepped } from "../../../test/support/stepped.ts";
import { settle } from "../../../test/support/until.ts";

/** No multiple of them, and of one tick more, is a whole second of 50 Hz. */
const STALL_TICKS = 4;

describe("the doors of a room", () => {
  it("[MOV11] a process that comes is told within a second, also by a room that is always late", async () => {
    const doors = ["localhost:1"];
    const world = await startStepped({ others: { doors: () => doors, where: () => Promise.resolve("here") } });
    try {
      let kept = "";
      const storage = { load: () => kept, save: (text: string) => void (kept = text), clear: () => {} };
      const client = connect(world.host.url, { storage: () => storage });
      const ada = await world.pump(client.create(Lab, {}));
      const lab = world.inside(ada);
      while (lab.tick % STALL_TICKS !== 1) await world.ticks();
      doors.push("localhost:2");
      for (let more = 0; more < 2 * (1000 / PERIOD_MS); more += STALL_TICKS) {
        world.clock.stall(STALL_TICKS * PERIOD_MS);
        await settle();
      }
      await delivered(ada);
      await world.pump(ada.command("add", { by: 1 }));
      assert.match(kept, /localhost:2"/);
    } finally {
      await world.host.stop();
    }
  });
});
