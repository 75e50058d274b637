/** One host with its logs in files, on a disk that is full, can only be read, or gives back something else than was written. */
import assert from "node:assert/strict";
import { readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { NetError } from "@ninelives/shared-schema";
import { SmallDisk } from "../support/small-disk.ts";
import { until } from "../support/until.ts";
import { judge, Player } from "./player.ts";
import { Solo } from "./solo.ts";

/** Several retries of the store. */
const ANSWERED_MS = 10_000;

describe("a host on a disk that fails", function () {
  this.timeout(60_000);
  let players: Player[] = [];
  let solo: Solo;
  afterEach(function () {
    for (const player of players) player.rest();
    if (this.currentTest?.state === "failed") process.stdout.write(solo.said());
  });

  async function two(): Promise<[Player, Player]> {
    const ada = await Player.create(solo.url, "Ada");
    const bob = await Player.join(solo.url, ada.room.roomId, "Bob");
    players = [ada, bob];
    for (const player of players) player.play();
    await Promise.all(players.map((player) => player.ticks(20)));
    return [ada, bob];
  }

  const back = (restores: number) => Promise.all(players.map((player) => player.back(restores, ANSWERED_MS)));

  describe("full, or read-only", () => {
    let disk: SmallDisk;
    before(async () => {
      disk = new SmallDisk("8m");
      solo = await Solo.start(undefined, disk.dir);
    });
    after(async () => {
      await solo.stop().catch(() => {});
      disk.remove();
    });
    afterEach(() => Promise.all(players.splice(0).map(({ room }) => room.leave())));

    it("[FLT14] read-only: a new room is refused, the process lives, and makes rooms when it may write", async () => {
      disk.allowWrites(false);
      const refused = await Player.create(solo.url, "Ada").catch((error: unknown) => error);
      assert.ok(refused instanceof NetError && refused.recoverable, String(refused));
      assert.deepEqual(await (await fetch(`${solo.url}/rooms`)).json(), []);
      disk.allowWrites(true);
      await two();
      await judge(players);
    });

    it("[FLT13] full: the match plays on, commands wait, are answered when there is room, and a kill takes none of it", async () => {
      const [ada, bob] = await two();
      disk.fill();
      await until("the disk to be missed", () => solo.said().includes("write failed"));
      const waiting = players.map((player) => player.add());
      let answered = 0;
      for (const answer of waiting) void answer.then(() => answered++);
      await Promise.all([ada.ticks(45), bob.ticks(45)]);
      assert.equal(answered, 0, "nothing is confirmed that is not on the disk");
      disk.makeRoom();
      await until("the answers", () => answered === 2, ANSWERED_MS);
      await solo.killAndStart();
      await back(1);
      await judge(players);
    });

    it("[FLT13] full, and killed while commands wait: they are done once when there is room", async () => {
      await two();
      const writesFailed = solo.said().split("write failed").length;
      disk.fill();
      await until("the disk to be missed", () => solo.said().split("write failed").length > writesFailed);
      for (const player of players) void player.add();
      await solo.killAndStart(() => disk.makeRoom());
      await back(1);
      await judge(players);
    });
  });

  describe("damaged", () => {
    beforeEach(async () => (solo = await Solo.start()));
    afterEach(() => solo.stop());

    /** Kills the host, has its log damaged, and plays on from what is left of it. */
    async function damaged(how: (file: string) => void, named: RegExp): Promise<void> {
      const [ada] = await two();
      const { roomId } = ada.room;
      for (const player of players) player.rest();
      await Promise.all(players.flatMap(({ answers }) => answers));
      await Promise.all(players.map((player) => player.ticks(20)));
      const { ticks } = ada.room.state;
      await solo.killAndStart(() => how(solo.logOf(roomId)));
      assert.match(solo.host.stdout(), named);
      const restored = /"tick":(\d+),[^\n]*"msg":"room taken over"/.exec(solo.host.stdout());
      const lost = ticks - Number(restored?.[1]);
      assert.ok(lost <= 2, `of ${ticks} ticks that were seen ${lost} are missing`);
      await back(1);
      for (const player of players) player.play();
      await Promise.all(players.map((player) => player.ticks(20)));
      await judge(players);
    }

    it("[FLT15] a log that ends in the middle of a record: the room is there up to the record before", () =>
      damaged((file) => truncateSync(file, statSync(file).size - 3), /"code":"LOG_TORN","msg":"a log is damaged/));

    it("[FLT16] a flipped bit in the last record: the room is there up to the record before", () =>
      damaged((file) => {
        const bytes = readFileSync(file);
        const at = bytes.length - 3;
        bytes[at] = bytes[at]! ^ 4;
        writeFileSync(file, bytes);
      }, /"code":"LOG_CORRUPT","msg":"a log is damaged/));
  });
});
