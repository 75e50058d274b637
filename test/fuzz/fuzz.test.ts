/** Real rooms and real clients over a network that one seed rules. */
import assert from "node:assert/strict";
import { defineHost } from "@ninelives/server";
import { after, before, describe, it } from "mocha";
import { Lab, LabRoom } from "../support/lab.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { runWorld } from "../support/sim/sim-world.ts";
import { startTestHost, type TestHost } from "../support/test-host.ts";

const WORLDS = Number(process.env.FUZZ_SEEDS ?? 300);
const FIRST = Number(process.env.FUZZ_FROM ?? 1);

describe("a simulated world", function () {
  this.timeout(3_600_000);
  let host: TestHost;
  const clock = new ManualClock();
  before(async () => {
    const rooms = { lab: { type: Lab, room: LabRoom } };
    host = await startTestHost(defineHost({ rooms, store: { kind: "memory" }, seatHoldSeconds: 600 }), { clock });
  });
  after(() => host.stop());

  it(`[SIM1] ${WORLDS} worlds: no command lost or run twice, no event lost or repeated, whatever the network did`, async () => {
    let commands = 0;
    let cuts = 0;
    for (let seed = FIRST; seed < FIRST + WORLDS; seed++) {
      const report = await runWorld(host, clock, seed);
      commands += report.commands;
      cuts += report.cuts;
    }
    if (WORLDS === 1) return;
    assert.ok(commands > WORLDS * 50 && cuts > WORLDS, `${commands} commands over ${cuts} cuts`);
  });
});
