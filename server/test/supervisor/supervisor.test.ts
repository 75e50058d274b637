/** The supervisor's decisions, with hosts that do what a test says and a clock moved by hand. */
import assert from "node:assert/strict";
import { createLogger } from "@ninelives/server";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { settle } from "../../../test/support/until.ts";
import { Supervisor } from "../../src/supervisor/supervisor.ts";
import { HandHost } from "./hand-host.ts";

const GONE_MS = 12_000;

describe("a supervisor", () => {
  let clock: ManualClock;
  let hosts: HandHost[];
  let lines: { level: number; msg: string; hostPid?: number }[];
  beforeEach(() => {
    clock = new ManualClock();
    hosts = [];
    lines = [];
  });

  function supervise(processes: number): Supervisor {
    const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
    return new Supervisor({
      processes,
      fork() {
        const host = new HandHost(hosts.length + 1);
        hosts.push(host);
        return host;
      },
      clock,
      logger: createLogger({ level: "info", pretty: false, destination }),
      goneMs: GONE_MS,
    });
  }

  async function started(processes: number): Promise<Supervisor> {
    const supervisor = supervise(processes);
    const start = supervisor.start();
    for (const host of hosts) await host.comeUp();
    await start;
    return supervisor;
  }

  const newest = () => hosts.at(-1)!;
  const killed = { code: null, signal: "SIGKILL" } as const;

  it("[SUP1] is up when all of its hosts are ready", async () => {
    let isUp = false;
    void supervise(3)
      .start()
      .then(() => (isUp = true));
    assert.equal(hosts.length, 3);
    await hosts[2]!.comeUp();
    await hosts[0]!.comeUp();
    assert.equal(isUp, false);
    await hosts[1]!.comeUp();
    assert.equal(isUp, true);
  });

  it("[SUP3] a host that lived 5 s is followed at once; it is said how it ended", async () => {
    await started(2);
    clock.advance(5_000);
    await hosts[0]!.end({ code: 7 });
    assert.equal(hosts.length, 3);
    await newest().comeUp();
    clock.advance(5_000);
    await newest().end(killed);
    assert.equal(hosts.length, 4);
    assert.deepEqual(
      lines.map(({ msg, hostPid }) => [hostPid, msg]),
      [
        [1, "a host ended: exit code 7; the next one starts now"],
        [3, "a host ended: SIGKILL; the next one starts now"],
      ],
    );
  });

  it("[SUP3] hosts that live less are followed after 100 ms, doubled up to 5 s, until one lives 5 s", async () => {
    await started(1);
    const pauses: number[] = [];
    for (let death = 0; death < 8; death++) {
      const born = hosts.length;
      await newest().end({ code: 1 });
      let pauseMs = 0;
      for (; hosts.length === born; pauseMs += 50) {
        clock.advance(50);
        await settle();
      }
      pauses.push(pauseMs);
      if (death % 2 === 0) await newest().comeUp();
    }
    assert.deepEqual(pauses, [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
    clock.advance(5_000);
    await newest().end(killed);
    assert.equal(hosts.length, 10);
    await newest().end(killed);
    assert.equal(hosts.length, 10);
    clock.advance(100);
    await settle();
    assert.equal(hosts.length, 11);
  });

  it("[SUP4] a host that says at the first start that it cannot ends the start; one that crashes is started again", async () => {
    const start = supervise(2).start();
    const refused = assert.rejects(start, { name: "CONFIG_INVALID", message: "PORT: no" });
    await hosts[0]!.end({ code: 1 });
    clock.advance(100);
    await settle();
    assert.equal(hosts.length, 3);
    await hosts[1]!.end({ code: 78, refusal: "PORT: no" });
    await refused;
  });

  it("[SUP4] after that it is started again, with what it says in the log", async () => {
    await started(1);
    clock.advance(5_000);
    await hosts[0]!.end(killed);
    await hosts[1]!.end({ code: 78, refusal: "arena.config.ts:6: wrong" });
    assert.match(lines.at(-1)!.msg, /arena\.config\.ts:6: wrong/);
    clock.advance(100);
    await settle();
    assert.equal(hosts.length, 3);
  });

  it("[SUP5] tells every host to go, starts none again, and says whether all went as they should", async () => {
    for (const [ending, clean] of [
      [{ code: 0 }, true],
      [{ code: 1 }, false],
    ] as const) {
      hosts = [];
      const supervisor = await started(2);
      const stopped = supervisor.stop();
      assert.deepEqual(
        hosts.map(({ told }) => told),
        [["SIGTERM"], ["SIGTERM"]],
      );
      await hosts[0]!.end();
      await hosts[1]!.end(ending);
      assert.equal(await stopped, clean);
      clock.advance(60_000);
      await settle();
      assert.equal(hosts.length, 2);
    }
  });

  it("[SUP5] a host that does not go in time is killed", async () => {
    const supervisor = await started(2);
    const stopped = supervisor.stop();
    await hosts[0]!.end();
    clock.advance(GONE_MS);
    assert.equal(await stopped, false);
    assert.deepEqual(hosts[1]!.told, ["SIGTERM", "SIGKILL"]);
  });

  it("[SUP5] stops in the middle of a replacement and of a pause", async () => {
    const supervisor = await started(2);
    const rolled = supervisor.roll();
    await hosts[1]!.end(killed);
    const stopped = supervisor.stop();
    await hosts[0]!.end();
    await newest().end();
    assert.equal(await stopped, true);
    await rolled;
    clock.advance(60_000);
    await settle();
    assert.equal(hosts.length, 3);
  });

  it("[RS19] a host that is replaced and plays matches on has the time it says, and is killed after it", async () => {
    const supervisor = await started(2);
    const rolled = supervisor.roll();
    await newest().comeUp();
    await hosts[0]!.finish(300_000);
    clock.advance(GONE_MS);
    await settle();
    assert.deepEqual(hosts[0]!.told, ["SIGTERM"]);
    assert.equal(hosts.length, 3, "the next one waits");
    clock.advance(300_000);
    await settle();
    assert.deepEqual(hosts[0]!.told, ["SIGTERM", "SIGKILL"]);
    await newest().comeUp();
    await hosts[1]!.finish(60_000);
    await hosts[1]!.end();
    await rolled;
    clock.advance(1_000_000);
    assert.deepEqual(hosts[1]!.told, ["SIGTERM"]);
  });

  it("[SUP6] a new host is ready before the old one is told to go, and the next waits until that one is gone", async () => {
    const supervisor = await started(2);
    const rolled = supervisor.roll();
    assert.equal(hosts.length, 3);
    assert.deepEqual(hosts[0]!.told, []);
    await newest().comeUp();
    assert.deepEqual(hosts[0]!.told, ["SIGTERM"]);
    assert.equal(hosts.length, 3);
    await hosts[0]!.end();
    assert.equal(hosts.length, 4);
    await newest().comeUp();
    await hosts[1]!.end();
    await rolled;
    assert.deepEqual(
      hosts.map(({ told }) => told),
      [["SIGTERM"], ["SIGTERM"], [], []],
    );
    clock.advance(60_000);
    await settle();
    assert.equal(hosts.length, 4);
  });

  it("[SUP6] a new host that does not become ready, or not within a minute, calls it off: the others go on", async () => {
    const supervisor = await started(2);
    for (const goWrong of [() => newest().end({ code: 78, refusal: "wrong" }), async () => clock.advance(60_000)]) {
      const rolled = supervisor.roll();
      await goWrong();
      await rolled;
      assert.match(lines.at(-1)!.msg, /^the replacement was called off at host 1 of 2/);
    }
    assert.deepEqual([...hosts[0]!.told, ...hosts[1]!.told], []);
  });

  it("[SUP6] asked while it goes on, it is done once more afterwards", async () => {
    const supervisor = await started(2);
    const rolled = supervisor.roll();
    await supervisor.roll();
    await supervisor.roll();
    for (let place = 0; place < 4; place++) {
      await newest().comeUp();
      await hosts[place]!.end();
    }
    await rolled;
    assert.equal(hosts.length, 6);
  });

  it("[SUP6] a host that dies while its follower starts is not followed twice", async () => {
    const supervisor = await started(2);
    clock.advance(1_000);
    const rolled = supervisor.roll();
    await hosts[0]!.end(killed);
    await newest().comeUp();
    clock.advance(100);
    await settle();
    assert.equal(hosts.length, 4);
    await newest().comeUp();
    await hosts[1]!.end();
    await rolled;
    clock.advance(60_000);
    await settle();
    assert.equal(hosts.length, 4);
  });

  it("[SUP7] a single host is gone before the next one starts; one that does not go is killed", async () => {
    const supervisor = await started(1);
    for (const go of [() => hosts[0]!.end(), async () => clock.advance(GONE_MS)]) {
      const before = hosts.length;
      const rolled = supervisor.roll();
      assert.equal(hosts.length, before);
      assert.deepEqual(newest().told, ["SIGTERM"]);
      await go();
      await settle();
      assert.equal(hosts.length, before + 1);
      await newest().comeUp();
      await rolled;
    }
    assert.deepEqual(hosts[1]!.told, ["SIGTERM", "SIGKILL"]);
  });
});
