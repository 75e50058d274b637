import assert from "node:assert/strict";
import { Random, seedWords } from "@ninelives/shared-schema";
import { type Ending, Lane, type LaneStats } from "../../src/impair/lane.ts";
import { makeProfile, PRESETS, type PresetName, type ProfileFields } from "../../src/impair/profile.ts";
import { HandClock } from "../hand-clock.ts";

const RUNS = 20;
const CHUNKS = 120;
const CHUNK_MAX_BYTES = 9_000;
const CHUNK_EVERY_MS = 40;

/** A lane and what came out of it, each piece with its time. */
class Bench {
  readonly clock = new HandClock();
  readonly stats: LaneStats = { bytes: 0, stalls: 0 };
  readonly pieces: { atMs: number; bytes: Uint8Array }[] = [];
  readonly endings: { atMs: number; how: Ending }[] = [];
  readonly lane: Lane;
  flowing = true;
  /** Whether the sink takes more. */
  takes = (): boolean => true;

  constructor(profile: ProfileFields | PresetName, random: () => number = () => 0) {
    const ends = {
      write: (bytes: Uint8Array) => {
        this.pieces.push({ atMs: this.clock.now(), bytes });
        return this.takes();
      },
      finish: (how: Ending) => void this.endings.push({ atMs: this.clock.now(), how }),
      flow: (on: boolean) => void (this.flowing = on),
    };
    this.lane = new Lane(makeProfile(profile).up, ends, this.stats, this.clock, random);
  }

  get out(): Buffer {
    return Buffer.concat(this.pieces.map(({ bytes }) => bytes));
  }

  push(text: string): void {
    this.lane.push(Buffer.from(text));
  }

  /** What came out so far, as `text@ms`. */
  get said(): string[] {
    return this.pieces.map(({ atMs, bytes }) => `${Buffer.from(bytes).toString()}@${atMs}`);
  }
}

describe("impairment lane", () => {
  for (const name of Object.keys(PRESETS) as PresetName[]) {
    it(`[IMP1] ${name}: every byte comes out once and in order, with a sink that is slow at times`, () => {
      for (let run = 1; run <= RUNS; run++) {
        const random = new Random(seedWords(run));
        const bench = new Bench(name, () => random.range(0, 1));
        bench.takes = () => random.range(0, 1) < 0.9;
        const sent: Buffer[] = [];
        let nowMs = 0;
        const step = () => {
          nowMs += CHUNK_EVERY_MS;
          bench.clock.advance(nowMs);
          bench.lane.hold(random.range(0, 1) < 0.1);
          bench.lane.drained();
        };
        while (sent.length < CHUNKS) {
          if (bench.flowing) {
            const long = Buffer.alloc(4 * (1 + random.index(CHUNK_MAX_BYTES / 4)));
            for (let at = 0; at < long.length; at += 4) long.writeUInt32LE(random.next(), at);
            sent.push(long);
            bench.lane.push(long);
          }
          step();
        }
        bench.lane.end("close");
        while (bench.endings.length === 0) step();
        assert.ok(bench.out.equals(Buffer.concat(sent)), `run ${run}`);
        assert.equal(bench.stats.bytes, bench.out.length);
        bench.lane.stop();
        assert.equal(bench.clock.waiting, 0);
      }
    });
  }

  it("[IMP2] a clean lane hands on at once, without a timer", () => {
    const bench = new Bench("clean");
    bench.push("a");
    bench.lane.end("close");
    assert.deepEqual(bench.said, ["a@0"]);
    assert.deepEqual(bench.endings, [{ atMs: 0, how: "close" }]);
    assert.equal(bench.clock.waiting, 0);
  });

  it("[IMP2] each chunk takes the delay; the goodbye takes it too", () => {
    const bench = new Bench({ delayMs: 100 });
    bench.push("a");
    bench.clock.advance(30);
    bench.push("b");
    bench.lane.end("close");
    bench.clock.advance(99);
    assert.deepEqual(bench.said, []);
    bench.clock.advance(500);
    assert.deepEqual(bench.said, ["a@100", "b@130"]);
    assert.deepEqual(bench.endings, [{ atMs: 130, how: "close" }]);
  });

  it("[IMP2] jitter comes on top, and a slow chunk holds up those behind it", () => {
    const chances = [0, 0.9, 0.1, 0.5];
    const bench = new Bench({ delayMs: 10, jitterMs: 100 }, () => chances.shift()!);
    for (const text of ["a", "b", "c"]) bench.push(text);
    bench.clock.advance(60);
    bench.push("d");
    bench.clock.advance(1_000);
    assert.deepEqual(bench.said, ["a@10", "b@100", "c@100", "d@120"]);
  });

  it("[IMP2] a throttle lets through its rate, in slices, with no more than 50 ms of it at once after a rest", () => {
    const bench = new Bench({ bytesPerSecond: 100_000 });
    bench.clock.advance(10_000);
    bench.lane.push(Buffer.alloc(105_000));
    assert.equal(bench.stats.bytes, 4_200, "three slices of 1 400 are within the 5 000 bytes of the burst");
    bench.clock.advance(10_500);
    assert.ok(bench.stats.bytes > 53_000 && bench.stats.bytes <= 55_000, `${bench.stats.bytes} after half a second`);
    bench.clock.advance(11_000);
    assert.equal(bench.stats.bytes, 105_000);
    assert.ok(bench.pieces.every(({ bytes }) => bytes.length <= 1_400));
  });

  it("[IMP2] in a stall nothing moves; what waited comes out at its end, in one go", () => {
    const bench = new Bench({ delayMs: 10, stallEveryMs: 100, stallMs: 50 });
    for (let atMs = 0; atMs < 160; atMs += 20) {
      bench.clock.advance(atMs);
      bench.push(`${atMs} `);
    }
    bench.clock.advance(170);
    assert.deepEqual(bench.said, ["0 @10", "20 @30", "40 @50", "60 @70", "80 @90", "100 @150", "120 @150", "140 @150"]);
    assert.equal(bench.stats.stalls, 1);
    bench.clock.advance(1_000);
    assert.equal(bench.stats.stalls, 7);
  });

  it("[IMP2] a new profile holds for what comes after it, and never overtakes", () => {
    const bench = new Bench({ delayMs: 100, stallEveryMs: 50, stallMs: 1_000 });
    bench.push("a");
    bench.clock.advance(60);
    bench.lane.setProfile(makeProfile("clean").up);
    bench.push("b");
    bench.clock.advance(200);
    bench.push("c");
    assert.deepEqual(bench.said, ["a@100", "b@100", "c@200"]);
    assert.equal(bench.clock.waiting, 0);
  });

  it("[IMP1] above its cap a lane tells the source to wait, and to go on when it is half empty", () => {
    const bench = new Bench({ delayMs: 100 });
    let pushed = 0;
    while (bench.flowing && pushed < 1_000) {
      bench.lane.push(Buffer.alloc(8 * 1024));
      pushed += 8;
    }
    assert.equal(pushed, 256 + 8);
    bench.takes = () => bench.stats.bytes < 100 * 1024;
    bench.clock.advance(100);
    assert.equal(bench.flowing, false, "more than half is left");
    bench.takes = () => true;
    bench.lane.drained();
    assert.equal(bench.flowing, true);
    assert.equal(bench.stats.bytes, pushed * 1024);
  });

  it("[IMP1] a lane that only trickles lets its source go on at half, not at the end", () => {
    const bench = new Bench({ bytesPerSecond: 64 * 1024 });
    bench.lane.push(Buffer.alloc(300 * 1024));
    assert.equal(bench.flowing, false);
    bench.clock.advance(2_800);
    assert.equal(bench.flowing, true);
    assert.ok(bench.stats.bytes < 200 * 1024);
  });

  it("[IMP3] a reset ends the lane where it stands in line, after a close too", () => {
    const bench = new Bench({ delayMs: 10 });
    bench.push("a");
    bench.lane.end("close");
    bench.lane.end("reset");
    bench.push("b");
    bench.clock.advance(100);
    assert.deepEqual(bench.said, ["a@10"]);
    assert.deepEqual(
      bench.endings.map(({ how }) => how),
      ["close", "reset"],
    );
  });

  it("[IMP4] a lane that was stopped lets its source run, and nothing more comes out", () => {
    const bench = new Bench({ delayMs: 10, stallEveryMs: 100, stallMs: 50 });
    bench.lane.push(Buffer.alloc(300 * 1024));
    bench.lane.stop();
    bench.lane.setProfile(makeProfile("3g").up);
    bench.push("a");
    bench.lane.end("close");
    bench.clock.advance(1_000);
    assert.deepEqual([bench.flowing, bench.pieces, bench.endings, bench.clock.waiting], [true, [], [], 0]);
  });
});
