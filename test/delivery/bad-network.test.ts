/** Our client and our server over real sockets, with a network between them that breaks as networks do. */
import assert from "node:assert/strict";
import { connect, type Room } from "@ninelives/client";
import { defineHost, HEARTBEAT } from "@ninelives/server";
import { after, before, describe, it } from "mocha";
import { systemClock } from "../../loadtest/src/clock.ts";
import { type Proxy, startProxy } from "../../loadtest/src/impair/proxy.ts";
import { type Lab, LabRoom, labType } from "../support/lab.ts";
import { startTestHost, type TestHost } from "../support/test-host.ts";
import { until, within } from "../support/until.ts";

const ROOMS = 10;
const SEATS = 50;
const Crowd = labType("crowd", { maxPlayers: SEATS });
class CrowdRoom extends LabRoom {}

describe("our client on a bad network", function () {
  this.timeout(60_000);
  let host: TestHost;
  let proxy: Proxy;
  before(async () => {
    const rooms = { lab: { type: labType("lab"), room: LabRoom }, crowd: { type: Crowd, room: CrowdRoom } };
    host = await startTestHost(
      defineHost({ rooms: rooms as never, store: { kind: "memory" }, heartbeat: HEARTBEAT.game }),
    );
    proxy = await startProxy({
      to: { host: "127.0.0.1", port: host.port },
      clock: systemClock,
      random: Math.random,
    });
  });
  after(async () => {
    await proxy.stop();
    await host.stop();
  });
  const lab = labType("lab") as typeof Lab;
  const join = () => connect(proxy.url, { liveness: "game" }).create(lab, { name: "Ada" });
  const trace = (room: Room<typeof Lab>) =>
    host.inside<LabRoom>(room.roomId).trace.filter((line) => line.includes(" add "));

  it("[CMD5] a cut loses none of 200 commands said before, during and after it (stock loses what is over 10)", async () => {
    const ada = await join();
    const answers: Promise<{ count: number }>[] = [];
    for (let count = 0; count < 100; count++) answers.push(ada.command("add", { by: 1 }));
    proxy.cut("reset");
    for (let count = 0; count < 100; count++) answers.push(ada.command("add", { by: 1 }));
    const results = await within("every answer", Promise.all(answers));
    assert.deepEqual(
      results.map(({ count }) => count),
      Array.from({ length: 200 }, (_, index) => index + 1),
    );
    assert.equal(trace(ada).length, 200);
    await ada.leave();
  });

  it("[CL4] a black hole is noticed while it lasts, by a command that waits, and costs nothing (stock: when it ends, and all of it)", async () => {
    const ada = await join();
    await ada.command("add", { by: 1 });
    let reason: string | undefined;
    ada.connection.onChange((change) => (reason ??= change.reason));
    proxy.blackHole(true);
    const answers = Array.from({ length: 30 }, () => ada.command("add", { by: 1 }));
    await until("the drop", () => ada.connection.state === "RECONNECTING");
    assert.equal(reason, "LINK_DEAD");
    proxy.blackHole(false);
    const results = await within("every answer", Promise.all(answers));
    assert.equal(results.at(-1)?.count, 31);
    assert.equal(trace(ada).length, 31);
    await ada.leave();
  });

  it("[CL3] 500 sessions dropped at once are all back, none of them lost, and not in lock-step", async () => {
    const crowd: Room<never>[] = [];
    const player = () => connect(proxy.url, { liveness: "game" });
    for (let room = 0; room < ROOMS; room++) {
      const first = await player().create(Crowd as never, {} as never);
      const join = () => player().joinById(Crowd as never, first.roomId, {} as never);
      crowd.push(first, ...(await Promise.all(Array.from({ length: SEATS - 1 }, join))));
    }
    const backMs: number[] = [];
    const startedMs = performance.now();
    const allBack = crowd.map(
      (room) =>
        new Promise<void>((resolve) => {
          room.connection.onChange(({ to }) => {
            if (to !== "CONNECTED") return;
            backMs.push(performance.now() - startedMs);
            resolve();
          });
        }),
    );
    proxy.cut("reset");
    await within("all of them", Promise.all(allBack), 50_000);
    backMs.sort((a, b) => a - b);
    const at = (share: number) => Math.round(backMs[Math.floor((backMs.length - 1) * share)]!);
    const spread = [0, 0.1, 0.5, 0.9, 1].map(at);
    assert.equal(new Set(crowd.map(({ sessionId }) => sessionId)).size, ROOMS * SEATS);
    assert.ok(at(0.9) - at(0.1) >= 50, `in lock-step: ${spread.join(", ")} ms`);
    await Promise.all(crowd.map((room) => room.leave()));
  });
});
