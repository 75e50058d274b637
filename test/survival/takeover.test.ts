/** Several processes, one Redis, and kill -9: another process has the match in an instant, and its players play on. */
import assert from "node:assert/strict";
import { connect, type Room } from "@ninelives/client";
import { until } from "../support/until.ts";
import { Fleet } from "./fleet.ts";
import { Nine } from "./nine.type.ts";

describe("hosts that share their rooms", () => {
  let fleet: Fleet;
  beforeEach(async () => (fleet = await Fleet.start(3)));
  afterEach(async function () {
    if (this.currentTest?.state === "failed")
      for (const host of fleet.hosts) process.stdout.write(host.stdout() + host.stderr());
    await fleet.stop();
  });

  const back = (room: Room<typeof Nine>, restores: number) =>
    until("the room", () => room.connection.state === "CONNECTED" && room.state.restores === restores, 8_000);

  it("[FLT1] the owner is killed again and again, with commands under way: all applied once, in order", async () => {
    const ada = await connect(fleet.hosts[0]!.url).create(Nine, { name: "Ada" });
    const told: number[] = [];
    ada.on("added", ({ n }) => told.push(n));
    const answers: Promise<{ times: number }>[] = [];
    for (let life = 1; life <= 3; life++) {
      for (let n = 1; n <= 20; n++) answers.push(ada.command("add", { n: answers.length + 1 }));
      await answers.at(-10);
      const owner = await fleet.owner(ada.roomId);
      await fleet.kill(owner);
      await back(ada, life);
      await fleet.add();
    }
    const results = await Promise.all(answers);
    assert.deepEqual(
      results.map(({ times }) => times),
      results.map(() => 1),
    );
    await until("all events", () => told.length >= results.length);
    assert.deepEqual(
      told,
      results.map((_, index) => index + 1),
    );
    assert.equal(ada.state.count, 60);
  });
});
