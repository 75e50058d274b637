/** A room that takes too much of its process goes on at another one that has more to spare, and its player stays in. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { connect, type Room } from "@ninelives/client";
import { Burner } from "../support/burner.ts";
import { ROOT } from "../support/main-process.ts";
import { until } from "../support/until.ts";
import { Fleet } from "./fleet.ts";

/** Of its process: what the heavy room takes, and what each of those beside it does. */
const HEAVY = 0.45;
const LIGHT = 0.12;
/** Named, held back, moved: three windows of 5 s, the third of them at half the pace. */
const MOVED_MS = 45_000;

describe("a room over its budget, beside others, while another process is idle", function () {
  this.timeout(90_000);
  let fleet: Fleet;
  beforeEach(async () => (fleet = await Fleet.start(1, join(ROOT, "test/survival/heavy.config.ts"))));
  afterEach(async function () {
    if (this.currentTest?.state === "failed") process.stdout.write(fleet.said());
    await fleet.stop();
  });

  async function burning(share: number): Promise<Room<typeof Burner>> {
    const room = await connect(fleet.hosts[0]!.url).create(Burner, {});
    await room.command("burn", { share });
    return room;
  }

  const moves = () => fleet.said().match(/goes on at a process with more to spare/g)?.length ?? 0;

  it("[TK28] goes on there with its player, once; the others stay", async () => {
    const [first] = fleet.hosts;
    const heavy = await burning(HEAVY);
    const others = [await burning(LIGHT), await burning(LIGHT)];
    const second = await fleet.add();
    const { sessionId, epoch } = heavy;
    await until("the heavy room to be moved", async () => moves() === 1, MOVED_MS);
    await until("its player to be there", () => heavy.epoch > epoch && heavy.connection.state === "CONNECTED");
    assert.equal((await fleet.owner(heavy.roomId)).url, second.url);
    assert.equal(heavy.sessionId, sessionId);
    assert.deepEqual(await heavy.command("burn", { share: 0 }), {});
    for (const other of others) {
      assert.equal((await fleet.owner(other.roomId)).url, first!.url);
      assert.equal(other.connection.state, "CONNECTED");
    }
    assert.equal(moves(), 1);
  });
});
