/** Many who ask for a room at once, at three real processes: no seat too many, no room too many, whatever happens to one of the three. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { connect, type Room } from "@ninelives/client";
import { ROOT } from "../support/main-process.ts";
import { until } from "../support/until.ts";
import { Fleet, type FleetHost } from "./fleet.ts";
import { Quick, Slow } from "./storm.type.ts";

const CONFIG = join(ROOT, "test/survival/storm.config.ts");
const SEATS = Quick.maxPlayers;

/** A room that lost its players before they were in ends by itself, as a new one that nobody comes to. */
const EMPTY_MS = 20_000;

type Player = Room<typeof Quick>;

describe("many who ask for a room at once", function () {
  this.timeout(60_000);
  let fleet: Fleet;
  let players: Player[];
  beforeEach(async () => {
    players = [];
    fleet = await Fleet.start(3, CONFIG);
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") process.stdout.write(fleet.said());
    for (const player of players) void player.leave().catch(() => undefined);
    await fleet.stop();
  });

  /** At these hosts in turn. */
  function storm(count: number, hosts: readonly FleetHost[], type = Quick, mode = "any"): Promise<Player[]> {
    const joins = Array.from({ length: count }, (_, at) =>
      connect(hosts[at % hosts.length]!.url).joinOrCreate(type, { mode }),
    );
    return Promise.all(joins.map(async (join) => players[players.push(await join) - 1]!));
  }

  /**
   * Everybody is in a room that knows it, all rooms are full but one, and the list has just these. Rooms that a process lost may have
   * seats that it gave and nobody knows of: for a few seconds nobody gets those.
   */
  async function assertExact(lostRooms = 0): Promise<void> {
    const here = Map.groupBy(players, ({ roomId }) => roomId);
    const away = () => players.filter(({ connection }) => connection.state !== "CONNECTED");
    await until("everyone to be connected", () => away().length === 0, EMPTY_MS).catch(() => {
      assert.deepEqual(
        away().map(({ roomId, connection }) => [roomId, connection.detail]),
        [],
      );
    });
    await until(
      "every room to have just its players",
      async () => {
        const said = await Promise.all(players.map((player) => player.command("ping", {})));
        return said.every(({ players: count }, at) => count === here.get(players[at]!.roomId)!.length);
      },
      EMPTY_MS,
    );
    const sizes = [...here.values()].map(({ length }) => length).toSorted((a, b) => b - a);
    const full = Array<number>(Math.floor(players.length / SEATS)).fill(SEATS);
    const rest = players.length % SEATS;
    if (lostRooms === 0) assert.deepEqual(sizes, rest === 0 ? full : [...full, rest]);
    else
      assert.ok(
        sizes.length <= full.length + 1 + lostRooms,
        `rooms of ${sizes.join(", ")}, of which ${lostRooms} lost`,
      );
    const listed = (rows: Awaited<ReturnType<typeof fleet.rooms>>) =>
      Object.fromEntries(rows.map(({ roomId, players: count }) => [roomId, count]));
    const expected = Object.fromEntries([...here].map(([roomId, { length }]) => [roomId, length]));
    await until(
      "the list to be true",
      async () => {
        const rows = listed(await fleet.rooms());
        return Object.keys(rows).length === here.size && [...here].every(([id, { length }]) => rows[id] === length);
      },
      EMPTY_MS,
    ).catch(async () => assert.deepEqual(listed(await fleet.rooms()), expected));
  }

  async function roomsAt({ pid }: FleetHost): Promise<number> {
    return (await fleet.rooms()).filter((room) => room.pid === pid).length;
  }

  it("[MM6] 150 at once: every room is full but one, and each was made once", async () => {
    await storm(150, fleet.hosts);
    await assertExact();
  });

  it("[MM6] also when a room takes two seconds to be made", async () => {
    await storm(60, fleet.hosts, Slow as never);
    await assertExact();
  });

  it("[MM8] also when they ask for different ones: nobody is where another mode is played", async () => {
    const [ctf, ffa] = await Promise.all([storm(40, fleet.hosts, Quick, "ctf"), storm(24, fleet.hosts, Quick, "ffa")]);
    await assertExact();
    const rooms = new Set(ctf.map(({ roomId }) => roomId));
    assert.ok(ffa.every(({ roomId }) => !rooms.has(roomId)));
  });

  it("[MM7] a process that is killed in the middle: nobody at the others is refused, and none of its rooms is left over", async () => {
    const [killed, ...others] = fleet.hosts as [FleetHost, ...FleetHost[]];
    const joining = storm(120, others);
    await until("the first rooms", async () => (await fleet.rooms()).length > 3);
    const lost = await roomsAt(killed);
    await fleet.kill(killed);
    await joining;
    await assertExact(lost);
  });

  it("[MM7] one that is killed while it makes slow rooms: others make them", async () => {
    const [killed, ...others] = fleet.hosts as [FleetHost, ...FleetHost[]];
    const joining = storm(80, others, Slow as never);
    await until("it to make one", () => /a room is being made/.test(killed.stdout()), 10_000);
    await fleet.kill(killed);
    await joining;
    await assertExact();
  });

  it("[MM7] one that stands still in the middle, and wakes up: it leaves nothing behind", async () => {
    const [frozen, ...others] = fleet.hosts as [FleetHost, ...FleetHost[]];
    const joining = storm(120, others);
    await until("the first rooms", async () => (await fleet.rooms()).length > 3);
    const lost = await roomsAt(frozen);
    frozen.kill("SIGSTOP");
    await joining;
    frozen.kill("SIGCONT");
    await until("it to be awake", () => fetch(`${frozen.url}/readyz`).then(({ ok }) => ok));
    await assertExact(lost);
  });
});
