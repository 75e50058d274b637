/** Rooms that cannot be made, cannot be restored, or kill whoever restores them, among others that are to come to no harm. */
import assert from "node:assert/strict";
import { connect } from "@ninelives/client";
import { LIMITS, NetError } from "@ninelives/shared-schema";
import { RedisJournal } from "../../server/src/log/redis-journal.ts";
import { systemClock } from "../../server/src/system-clock.ts";
import { until } from "../support/until.ts";
import { Fleet } from "./fleet.ts";
import { Nine } from "./nine.type.ts";
import { judge, Player } from "./player.ts";
import { Solo } from "./solo.ts";

/** Rooms beside the bad one. */
const OTHERS = 6;

describe("bad rooms among good ones", function () {
  this.timeout(90_000);
  let players: Player[] = [];
  let said = () => "";
  afterEach(function () {
    for (const player of players) player.rest();
    if (this.currentTest?.state === "failed") process.stdout.write(said());
  });

  const trap = async (url: string, what: "throw" | "kill") => {
    const bad = await connect(url).create(Nine, { name: "Bad" });
    await bad.command("trap", { what });
    return bad;
  };

  async function others(url: string): Promise<void> {
    players = await Promise.all(Array.from({ length: OTHERS }, (_, at) => Player.create(url, `other ${at}`)));
    for (const player of players) player.play(200);
    await Promise.all(players.map((player) => player.ticks(10)));
  }

  const judgeEach = async () => {
    for (const player of players) await judge([player]);
  };

  describe("in several processes", () => {
    let fleet: Fleet;
    let journal: RedisJournal;
    beforeEach(async () => {
      fleet = await Fleet.start(1);
      said = () => fleet.said();
      const urls = [fleet.redis.url];
      journal = new RedisJournal({ urls, prefix: "ninelives:", replicas: 0, clock: systemClock, onFault: () => {} });
    });
    afterEach(async () => {
      await journal.close();
      await fleet.stop();
    });

    const setAside = () => fleet.said().split("it is set aside").length - 1;
    const stateOf = async (roomId: string) => (await journal.head(roomId))?.state;

    it("[FLT17] one whose onCreate throws: the join says so, no log is left, others and the process are unharmed", async () => {
      await fleet.add();
      await others(fleet.hosts[0]!.url);
      const logs = (await journal.list()).sort();
      for (const { url } of fleet.hosts) {
        const error = await connect(url)
          .create(Nine, { seats: 0 })
          .catch((refused: unknown) => refused);
        assert.ok(error instanceof NetError && error.name === "INTERNAL", String(error));
        assert.match(error.message, /a room that nobody can make/);
      }
      assert.deepEqual((await journal.list()).sort(), logs);
      assert.equal((await fleet.rooms()).length, OTHERS);
      await judgeEach();
    });

    it("[FLT18] one whose restore throws: set aside once with its log, tried by nobody again, others go on", async () => {
      const bad = await trap(fleet.hosts[0]!.url, "throw");
      await others(fleet.hosts[0]!.url);
      await Promise.all([fleet.add(), fleet.add()]);
      await Promise.all(players.map((player) => player.ticks(45)));
      for (let restores = 1; restores <= 2; restores++) {
        await fleet.kill(fleet.hosts[0]!);
        await fleet.add();
        await until("the others to be owned", async () => (await fleet.rooms()).length === OTHERS, 10_000);
      }
      await Promise.all(players.map((player) => player.back(1)));
      assert.equal(setAside(), 1);
      assert.equal(await stateOf(bad.roomId), "quarantined");
      assert.notDeepEqual(await journal.read(bad.roomId), []);
      await until("its player to be told", () => bad.connection.state === "DISCONNECTED");
      await judgeEach();
    });

    it("[FLT19] one that kills who restores it ends a few processes, then is set aside; others go on", async () => {
      const bad = await trap(fleet.hosts[0]!.url, "kill");
      await others(fleet.hosts[0]!.url);
      await fleet.add();
      await Promise.all(players.map((player) => player.ticks(45)));
      await fleet.kill(fleet.hosts[0]!);
      let deaths = 0;
      while ((await stateOf(bad.roomId)) !== "quarantined") {
        const dead = await until(
          "a death, or the end of it",
          async () => fleet.hosts.find(({ hasEnded }) => hasEnded()) ?? (await stateOf(bad.roomId)) === "quarantined",
          20_000,
        );
        if (dead === true) break;
        deaths++;
        await fleet.died(dead);
        // Where it was, as a supervisor starts it again: players may know no other door.
        await fleet.add(new URL(dead.url).port);
      }
      assert.ok(deaths <= LIMITS.restoreAttempts, `${deaths} processes ended`);
      await until("it to be said", () => setAside() === 1);
      await Promise.all(players.map((player) => player.back(1, 20_000)));
      await judgeEach();
    });
  });

  it("[FLT19] in one process with files: likewise, and not one of the others is set aside with it", async () => {
    const solo = await Solo.start();
    said = () => solo.said();
    try {
      await trap(solo.url, "kill");
      await others(solo.url);
      await solo.host.stop();
      let deaths = 0;
      while (
        await solo
          .begin()
          .up()
          .then(
            () => false,
            () => true,
          )
      )
        deaths++;
      assert.equal(deaths, LIMITS.restoreAttempts);
      await Promise.all(players.map((player) => player.back(1, 20_000)));
      assert.equal((said().match(/it is set aside/g) ?? []).length, 1);
      await judgeEach();
    } finally {
      await solo.stop();
    }
  });
});
