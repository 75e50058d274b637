/** Rooms that real processes keep ready: storms on them, and what becomes of them when a process goes, in whatever way. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { connect, type Room } from "@ninelives/client";
import { ROOT } from "../support/main-process.ts";
import { until } from "../support/until.ts";
import { Fleet, type FleetHost } from "./fleet.ts";
import { Solo } from "./solo.ts";
import { Quick, Slow } from "./storm.type.ts";

const CONFIG = join(ROOT, "test/survival/warm.config.ts");
const SEATS = Quick.maxPlayers;
/** Of each process. */
const WARM = { quick: 2, slow: 1 };
const PROCESSES = 3;
/** Those of the dead are ended by who takes them over; a slow one takes 2 s to be made. */
const SETTLED_MS = 20_000;

interface Row {
  readonly type: string;
  readonly roomId: string;
  readonly players: number;
  readonly processId: string;
  readonly pid: number;
}

async function rowsAt(url: string): Promise<Row[]> {
  return (await (await fetch(`${url}/rooms`)).json()) as Row[];
}

/** Empty rooms of a type, by process. */
function emptyIn(rows: readonly Row[], type: string): number[] {
  const empty = rows.filter((row) => row.type === type && row.players === 0);
  return [...Map.groupBy(empty, ({ processId }) => processId).values()].map(({ length }) => length);
}

/** Each of so many processes keeps its rooms, and nobody else has one. */
function isReady(rows: readonly Row[], processes: number): boolean {
  return Object.entries(WARM).every(([type, count]) => {
    const counts = emptyIn(rows, type);
    return counts.length === processes && counts.every((each) => each === count);
  });
}

describe("rooms kept ready by several processes", function () {
  this.timeout(90_000);
  let fleet: Fleet;
  let players: Room<typeof Quick>[];
  beforeEach(async () => {
    players = [];
    fleet = await Fleet.start(PROCESSES, CONFIG);
    await ready();
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") process.stdout.write(fleet.said());
    for (const player of players) void player.leave().catch(() => undefined);
    await fleet.stop();
  });

  async function ready(processes = PROCESSES): Promise<Row[]> {
    const look = async () => {
      const rows = await rowsAt(fleet.living().url);
      return isReady(rows, processes) ? rows : undefined;
    };
    return until(`${processes} processes to have their rooms ready`, look, SETTLED_MS).catch(async (error: unknown) => {
      throw new Error(`${String(error)}: ${JSON.stringify(await rowsAt(fleet.living().url), null, 1)}`);
    });
  }

  function storm(count: number, hosts: readonly FleetHost[], type = Quick): Promise<Room<typeof Quick>[]> {
    const joins = Array.from({ length: count }, (_, at) =>
      connect(hosts[at % hosts.length]!.url).joinOrCreate(type, { mode: "any" }),
    );
    return Promise.all(joins.map(async (join) => players[players.push(await join) - 1]!));
  }

  function assertFilled(): void {
    const here = Map.groupBy(players, ({ roomId }) => roomId);
    const sizes = [...here.values()].map(({ length }) => length).toSorted((a, b) => b - a);
    const rest = players.length % SEATS;
    const full = Array<number>(Math.floor(players.length / SEATS)).fill(SEATS);
    assert.deepEqual(sizes, rest === 0 ? full : [...full, rest]);
  }

  async function playedRooms(): Promise<number> {
    return (await rowsAt(fleet.living().url)).filter((row) => row.players > 0).length;
  }

  it("[MM6] [MM11] 150 at once: every room is full but one, and each process has as many ready as before", async () => {
    const before = (await rowsAt(fleet.living().url)).map(({ roomId }) => roomId);
    await storm(150, fleet.hosts);
    assertFilled();
    const used = new Set(players.map(({ roomId }) => roomId));
    assert.equal(before.filter((roomId) => used.has(roomId)).length, PROCESSES * WARM.quick, "they were taken first");
    await ready();
    assert.equal(await playedRooms(), used.size);
  });

  it("[MM6] [MM11] also when a room takes two seconds to be made", async () => {
    await storm(60, fleet.hosts, Slow as never);
    assertFilled();
    await ready();
  });

  it("[MM7] [MM13] also when a process is killed in the middle; those it had ready are nobody's after it", async () => {
    const [killed, ...others] = fleet.hosts as [FleetHost, ...FleetHost[]];
    const joining = storm(120, others);
    const rows = await until("the first players", async () => {
      const rows = await rowsAt(fleet.living().url);
      return rows.filter((row) => row.players > 0).length > 3 ? rows : undefined;
    });
    const lost = rows.filter(({ pid }) => pid === killed.pid).length;
    await fleet.kill(killed);
    await joining;
    await ready(PROCESSES - 1);
    const here = new Set(players.map(({ roomId }) => roomId));
    const due = Math.ceil(players.length / SEATS);
    assert.ok(here.size <= due + lost, `${here.size} rooms for ${players.length} players, ${lost} lost`);
  });

  it("[MM13] of a process that is killed while nobody plays none is left", async () => {
    const [killed] = fleet.hosts as [FleetHost];
    await fleet.kill(killed);
    await ready(PROCESSES - 1);
    await fleet.add();
    await ready();
  });

  it("[MM13] one that is told to go ends its own, hands over those with players, and nobody restores the others", async () => {
    const [leaving] = fleet.hosts as [FleetHost];
    const ours = await until("a room there", async () => {
      const player = await connect(leaving.url).create(Quick, { mode: "any" });
      players.push(player);
      return (await fleet.owner(player.roomId)).pid === leaving.pid ? player : undefined;
    });
    leaving.kill("SIGTERM");
    assert.equal(await leaving.exited(), 0);
    fleet.forget(leaving);
    await ready(PROCESSES - 1);
    await until("the player to be back", () => ours.connection.state === "CONNECTED");
    assert.deepEqual(await ours.command("ping", {}), { players: 1 });
    assert.equal(fleet.said().match(/room taken over/g)?.length, 1);
  });
});

describe("rooms kept ready by a single process with files", function () {
  this.timeout(60_000);
  let solo: Solo;
  afterEach(async function () {
    if (this.currentTest?.state === "failed") process.stdout.write(solo.said());
    await solo.stop();
  });

  it("[MM13] after kill -9 there are as many as before, and no others", async () => {
    solo = await Solo.start(CONFIG);
    const ready = () =>
      until(
        "its rooms",
        async () => {
          const rows = await rowsAt(solo.url);
          return isReady(rows, 1) && rows.length === WARM.quick + WARM.slow ? rows : undefined;
        },
        SETTLED_MS,
      );
    const ids = (rows: readonly Row[]) => rows.map(({ roomId }) => roomId).toSorted();
    const before = await ready();
    await solo.killAndStart();
    const after = ids(await ready());
    assert.deepEqual(
      after.filter((roomId) => ids(before).includes(roomId)),
      [],
    );
    assert.match(solo.said(), /kept ready for nobody/);
    solo.host.kill("SIGTERM");
    assert.equal(await solo.host.exited(), 0);
    const { length } = solo.said();
    await solo.begin().up();
    await ready();
    assert.doesNotMatch(solo.said().slice(length), /kept ready for nobody/, "who ends in peace leaves none");
  });
});
