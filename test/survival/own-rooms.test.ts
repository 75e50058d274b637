/** Rooms without a log while Redis is away: their process needs nobody for them, and joins and returns work as ever. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { connect, type OpenSocket, type Room } from "@ninelives/client";
import { NetError } from "@ninelives/shared-schema";
import { ROOT } from "../support/main-process.ts";
import { until } from "../support/until.ts";
import { Fleet, type FleetHost } from "./fleet.ts";
import { Nine } from "./nine.type.ts";
import { Casual } from "./storm.type.ts";

const CONFIG = join(ROOT, "test/survival/gone.config.ts");

/** Does what a network does that goes away for a moment. */
function networkOf() {
  let sockets: WebSocket[] = [];
  const openSocket: OpenSocket = (url, subprotocols) => {
    const socket = new WebSocket(url, [...subprotocols]);
    sockets.push(socket);
    return socket as never;
  };
  const drop = () => {
    for (const socket of sockets.splice(0)) socket.close();
    sockets = [];
  };
  return { openSocket, drop };
}

describe("rooms without a log while Redis is away", function () {
  this.timeout(60_000);
  let fleet: Fleet;
  beforeEach(async () => (fleet = await Fleet.start(2, CONFIG)));
  afterEach(async function () {
    if (this.currentTest?.state === "failed") process.stdout.write(fleet.said());
    await fleet.stop();
  });

  /** Whoever has the room, and the other one. */
  async function around(roomId: string): Promise<[owner: FleetHost, other: FleetHost]> {
    const owner = await fleet.owner(roomId);
    return [owner, fleet.hosts.find((host) => host !== owner)!];
  }

  const outcome = (asked: Promise<unknown>) =>
    asked.then(
      () => "in",
      (error: unknown) => (error instanceof NetError ? error.name : String(error)),
    );

  it("[FLT28] are joined at their process, by name or as any of their type; everything else is BUSY", async () => {
    const ada = await connect(fleet.hosts[0]!.url).create(Casual, { mode: "ctf" });
    const [owner, other] = await around(ada.roomId);
    const bea = await connect(owner.url).create(Nine, { name: "Bea" });
    const [here, there] = [connect(owner.url), connect(other.url)];
    const joined: Room<typeof Casual>[] = [];
    await fleet.withoutRedis("nothing", async () => {
      const busy = () => outcome(there.joinById(Casual, ada.roomId, {}));
      await until("the outage to be noticed", async () => (await busy()) === "BUSY");
      joined.push(await here.joinById(Casual, ada.roomId, {}));
      joined.push(await here.join(Casual, { mode: "ctf" }));
      joined.push(await here.joinOrCreate(Casual, { mode: "ctf" }));
      assert.ok(joined.every(({ roomId }) => roomId === ada.roomId));
      assert.deepEqual(await joined[0]!.command("ping", {}), { players: 4 });
      const others = [
        here.join(Casual, { mode: "ffa" }),
        here.create(Casual, { mode: "ctf" }),
        here.joinById(Nine, bea.roomId, {}),
        here.joinOrCreate(Nine, {}),
        there.joinOrCreate(Casual, { mode: "ctf" }),
      ];
      assert.deepEqual(
        await Promise.all(others.map(outcome)),
        others.map(() => "BUSY"),
      );
      const refused = here.joinById(Casual, ada.roomId, { mode: "a mode with far too long a name" });
      assert.equal(await outcome(refused), "OPTIONS_INVALID");
      while (joined.length < Casual.maxPlayers - 1) joined.push(await here.joinById(Casual, ada.roomId, {}));
      assert.equal(await outcome(here.joinById(Casual, ada.roomId, {})), "ROOM_FULL");
      assert.equal(await outcome(here.joinOrCreate(Casual, { mode: "ctf" })), "BUSY");
      await joined.pop()!.leave();
      await until("a free seat", async () => (await outcome(here.join(Casual, { mode: "ctf" }))) === "in");
    });
    await until("the list to be true", async () => {
      const rows = await fleet.rooms().catch(() => []);
      return rows.find(({ roomId }) => roomId === ada.roomId)?.players === Casual.maxPlayers;
    });
  });

  it("[FLT28] nobody is asked where they are: a player who was cut off is back while Redis is away", async () => {
    const network = networkOf();
    const { openSocket } = network;
    const ada = await connect(fleet.hosts[0]!.url, { openSocket }).create(Casual, {});
    let returns = 0;
    ada.connection.onChange(({ reason }) => (returns += reason === "RESUMED" ? 1 : 0));
    await fleet.withoutRedis("kept", async () => {
      network.drop();
      await until("her to be back", () => returns === 1);
      assert.deepEqual(await ada.command("ping", {}), { players: 1 });
    });
  });
});
