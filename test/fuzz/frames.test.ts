/** A short attack on a live host; `npm run fuzz -- frames` makes it as long as one likes. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { frameFault } from "../../server/src/socket/guard.ts";
import { Random, seedWords } from "@ninelives/shared-schema";
import { Grammar } from "./frames/grammar.ts";
import { KINDS } from "./frames/rooms.ts";
import { runFrames, sum } from "./frames/run.ts";

const FRAMES = 20_000;
const SECONDS = 60;
/** What a hang takes, or a decoder that was led astray; how busy the machine is, is not what is tried here. */
const STILL = { stallMs: 2_000, silenceMs: 10_000 };

describe("hostile frames", function () {
  this.timeout(120_000);

  it(`[SO4] ${FRAMES} of them to rooms of every kind: no end, nothing uncaught, no stall, nobody beside them notices`, async () => {
    const summary = await runFrames({ seed: 4, seconds: SECONDS, frames: FRAMES, attackers: 6, ...STILL }, () => {});
    assert.deepEqual(summary.faults, [], `the last frames are in ${summary.file}`);
    assert.ok(summary.bad > 10 && summary.health.faults > 100 && sum(summary) > FRAMES / 20, JSON.stringify(summary));
    for (const kind of KINDS) assert.ok(summary.frames[kind] > 0, kind);
  });

  it("[SO4] one seed gives the same frames; some of each kind pass the guard, some do not", () => {
    for (const kind of KINDS) {
      const [first, second] = [1, 2].map(() => new Grammar(new Random(seedWords(7)), kind));
      const frames = Array.from({ length: 500 }, () => first!.frame());
      for (const frame of frames) assert.deepEqual(second!.frame(), frame);
      const passed = frames.filter((frame) => frameFault(frame, true) === undefined).length;
      assert.ok(passed > 50 && passed < 450, `${kind}: ${passed}`);
    }
  });
});
