/** The comparison over a real fleet: the reader of keys sees what is in Redis, so each fault that is put in there by hand is found. */
import assert from "node:assert/strict";
import { Redis } from "ioredis";
import { until } from "../../support/until.ts";
import { Fleet } from "../fleet.ts";
import { Player } from "../player.ts";
import { compare } from "./compare.ts";
import { lookAt, viewOf } from "./look.ts";

const DIRECTORY = "ninelives:{rooms}:";

describe("the comparison of a real fleet", function () {
  this.timeout(60_000);
  let fleet: Fleet;
  let admin: Redis;
  let players: Player[];
  let room = "";
  before(async () => {
    fleet = await Fleet.start(2);
    admin = new Redis(fleet.redis.url);
    players = [await Player.create(fleet.hosts[0]!.url, "Ada"), await Player.create(fleet.hosts[1]!.url, "Bob")];
    room = players[0]!.room.roomId;
    for (const player of players) player.play();
  });
  after(async () => {
    for (const player of players) player.rest();
    admin.disconnect();
    await fleet.stop();
  });

  async function faults(asksTallies = false): Promise<string[]> {
    const clients = await Promise.all(players.map((player) => viewOf(player, asksTallies)));
    const urls = fleet.hosts.map(({ url }) => url);
    const rooms = players.map((player) => player.room.roomId);
    return compare(await lookAt(urls, fleet.redis.url, clients), { rooms, isEverybodyHere: true });
  }
  const agree = () => until("all to agree", async () => (await faults()).length === 0);

  it("[FLT25] finds nothing while all is well, commands included", async () => {
    await agree();
    assert.deepEqual(await faults(true), []);
  });

  const row = async () => (await admin.hget(`${DIRECTORY}rows`, room))!;
  const changed = async (fields: object) => JSON.stringify({ ...(JSON.parse(await row()) as object), ...fields });
  const inKeys: readonly (readonly [what: string, key: string, change: (key: string) => Promise<unknown>, RegExp])[] = [
    ["a row too few", "rows", (key) => admin.hdel(key, room), /is run by \S+, and nobody lists it/],
    ["a row too many", "rows", async (key) => admin.hset(key, "x", await changed({ roomId: "x" })), /nobody runs it/],
    [
      "a row of another",
      "rows",
      async (key) => admin.hset(key, room, await changed({ processId: "p" })),
      /listed at p/,
    ],
    ["a count", "rows", async (key) => admin.hset(key, room, await changed({ clients: 7 })), /listed with 7 players/],
    ["an epoch", "rows", async (key) => admin.hset(key, room, await changed({ epoch: 7 })), /listed at epoch 7/],
    ["a process that is not there", "at:p", (key) => admin.sadd(key, room), /has rooms at p, which is not there/],
    ["seats", "seats", (key) => admin.hset(key, room, "7:9"), /seats 1:100 expected, 7:9 got/],
    ["places", "places", (key) => admin.hdel(key, room), /is to be found by \[\]/],
    ["a room nobody finds", "open:nine", (key) => admin.zrem(key, room), /has 99 free seats, and is missing in nine/],
    ["a room that is no more", "open:nine", (key) => admin.zadd(key, 1, "x"), /room x .* in the index nine/],
    ["a full room", "full", (key) => admin.zadd(key, 1, room), /somebody looks when these end/],
    ["a booking", "booked:x", (key) => admin.hset(key, "s", Date.now() + 60_000), /room x .*with bookings/],
    ["a room being made", "due", (key) => admin.hset(key, "x", "{}"), /room x is being made/],
    ["a key", "x", (key) => admin.set(key, "1"), /a key that nobody knows: \S+x$/m],
  ];
  for (const [what, name, change, fault] of inKeys)
    it(`[FLT25] finds what is put in by hand: ${what}`, async () => {
      const key = DIRECTORY + name;
      const before = await admin.dumpBuffer(key);
      await change(key);
      const found = (await faults()).join("\n");
      await (before === null ? admin.del(key) : admin.restore(key, 0, before, "REPLACE"));
      assert.match(found, fault);
      await agree();
    });

  it("[FLT25] finds a player whose connection is lost, and a room whose process is", async () => {
    players[1]!.goAway();
    await until("the player to notice", () => players[1]!.room.connection.state !== "CONNECTED");
    assert.match((await faults()).join("\n"), new RegExp(`client ${players[1]!.sessionId} in room \\S+ is `));
    players[1]!.comeBack();
    await players[1]!.back(0);
    await agree();
    const owner = await fleet.owner(room);
    const urls = fleet.hosts.filter((host) => host !== owner).map(({ url }) => url);
    const unasked = compare(await lookAt(urls, fleet.redis.url, [await viewOf(players[0]!)]), { rooms: [room] });
    assert.match(unasked.join("\n"), new RegExp(`room ${room} is lost: nobody runs it`));
    assert.match(unasked.join("\n"), /is in a room that nobody has/);
  });
});
