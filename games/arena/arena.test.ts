/** The arena's rules in a real room on a clock moved by hand. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type Room } from "@ninelives/client";
import { defineHost } from "@ninelives/server";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { pump, startTestHost, type TestHost } from "../../test/support/test-host.ts";
import { settle, until, within } from "../../test/support/until.ts";
import { ArenaRoom } from "./arena.room.ts";
import { type Control, SHIP_R, stepShip } from "./arena.sim.ts";
import { Arena, type Ship } from "./arena.type.ts";

type Player = Room<typeof Arena>;

describe("the arena", () => {
  let dir: string;
  let clock: ManualClock;
  let host: TestHost;
  let players: Player[];
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), "ninelives-arena-"));
  });
  after(() => rm(dir, { recursive: true }));
  afterEach(() => host.stop());

  /** A match of this many people; `tuning` as designers write it. */
  async function match(people: number, tuning: string): Promise<ArenaRoom> {
    const file = join(dir, "arena.tuning.yaml");
    await writeFile(file, tuning);
    clock = new ManualClock();
    const rooms = { arena: { type: Arena, room: ArenaRoom, tuning: file } };
    host = await startTestHost(defineHost({ rooms, store: { kind: "memory" } }), { clock });
    players = [];
    for (let index = 0; index < people; index++) await newcomer();
    return host.inside<ArenaRoom>(players[0]!.roomId);
  }

  async function newcomer(): Promise<Player> {
    const client = connect(host.url);
    const [first] = players;
    const options = { name: `P${players.length + 1}` };
    const player = await pump(
      clock,
      first === undefined ? client.create(Arena, options) : client.joinById(Arena, first.roomId, options),
    );
    players.push(player);
    return player;
  }

  async function ticks(room: ArenaRoom, count: number): Promise<void> {
    const last = room.tick + count;
    while (room.tick < last) {
      clock.advance(1);
      if (room.tick % 5 === 0) await settle(1);
    }
    await settle();
  }

  const shipOf = (room: ArenaRoom, player: Player): Ship => room.state.ships.get(player.sessionId)!;
  const census = (room: ArenaRoom) => {
    const ships = [...room.state.ships.values()];
    return { people: ships.filter(({ bot }) => !bot).length, bots: ships.filter(({ bot }) => bot).length };
  };

  it("[AR1] bots fill an empty match to fillTo ships, leave as people come, and come back as they go", async () => {
    const room = await match(1, "fillTo: 4");
    await ticks(room, 10);
    assert.deepEqual(census(room), { people: 1, bots: 3 });
    for (let people = 2; people <= 5; people++) {
      await newcomer();
      await ticks(room, 5);
      assert.deepEqual(census(room), { people, bots: Math.max(0, 4 - people) });
    }
    for (const player of players.splice(1)) await pump(clock, player.leave());
    await ticks(room, 10);
    assert.deepEqual(census(room), { people: 1, bots: 3 });
  });

  it("[AR1] a player flies at once, and the bots play: they move and shoot", async () => {
    const room = await match(1, "fillTo: 4");
    assert.ok(shipOf(room, players[0]!).alive);
    await ticks(room, 10);
    const before = [...room.state.ships.values()].filter(({ bot }) => bot).map(({ x, y }) => ({ x, y }));
    await ticks(room, 300);
    const after = [...room.state.ships.values()].filter(({ bot }) => bot);
    assert.ok(after.every((ship, index) => ship.x !== before[index]!.x || ship.y !== before[index]!.y));
    assert.ok(room.memory.nextShot > 1);
  });

  it("[AR2] 300 inputs at once give no speed: 8 that were saved up, then one per tick", async () => {
    const room = await match(1, "fillTo: 0");
    const [player] = players as [Player];
    const ship = shipOf(room, player);
    ship.assign({ x: 100, y: 700, vx: 0, vy: 0 });
    await ticks(room, 20);
    const expected = { x: ship.x, y: ship.y, vx: 0, vy: 0, aim: 0, cooldown: 0, alive: true };
    for (let input = 0; input < 300; input++) player.sendInput({ moveX: 127, moveY: 0, aim: 0, fire: false });
    await within("the server's pong", new Promise((resolve) => player.sdk.ping(resolve)));
    await ticks(room, 10);
    const control: Control = { moveX: 127, moveY: 0, aim: 0, fire: false };
    for (let step = 0; step < 8 + 9; step++) stepShip(expected, control, 1 / Arena.tickHz, room.state.rules);
    assert.ok(Math.abs(ship.x - expected.x) < 0.01, `${ship.x}, ${expected.x} expected`);
  });

  /** Puts inputs and the time their sender saw in place of a client's: what a far player's would be. */
  function steer(room: ArenaRoom, shooter: Player): (seenAgoMs: number) => void {
    const queue: Control[] = [];
    let renderTime = 0;
    const none = { next: () => undefined, renderTime: 0 };
    const mine = {
      next: () => queue.shift(),
      get renderTime() {
        return renderTime;
      },
    };
    Object.assign(room, { inputs: { get: (sessionId: string) => (sessionId === shooter.sessionId ? mine : none) } });
    return (seenAgoMs) => {
      renderTime = room.clock.elapsedTime + 1000 / Arena.tickHz - seenAgoMs;
      queue.push({ moveX: 0, moveY: 0, aim: 0, fire: true });
    };
  }

  /** A target that stood in the line of fire, stepped aside `asideTicks` ago, and is shot at by someone who sees `seenAgoMs` ago. */
  async function shootAt(asideTicks: number, seenAgoMs: number): Promise<boolean> {
    const room = await match(2, "fillTo: 0");
    const fire = steer(room, players[0]!);
    const target = shipOf(room, players[1]!);
    shipOf(room, players[0]!).assign({ x: 100, y: 600, vx: 0, vy: 0 });
    target.assign({ x: 145, y: 600, vx: 0, vy: 0 });
    await ticks(room, 20);
    target.y = 600 - 6 * SHIP_R;
    await ticks(room, asideTicks);
    fire(seenAgoMs);
    await ticks(room, 10);
    return target.hp < room.tuning.maxHp;
  }

  it("[AR3] a hit is judged where the shooter saw the target when the shot left", async () => {
    assert.equal(await shootAt(1, 0), false);
    for (const [asideTicks, seenAgoMs] of [
      [1, 200],
      [9, 380],
    ] as const) {
      await host.stop();
      assert.equal(await shootAt(asideTicks, seenAgoMs), true, `seen ${seenAgoMs} ms ago`);
    }
  });

  it("[AR3] nobody is judged by a picture older than 400 ms", async () => {
    assert.equal(await shootAt(13, 520), false);
  });

  it("a kill is told, counted, and its ship comes back after respawnMs or by command", async () => {
    const room = await match(2, "fillTo: 0\ndamage: 255\nrespawnMs: 1000");
    const kills: unknown[] = [];
    const [shooter, target] = players as [Player, Player];
    target.on("kill", (kill) => kills.push(kill));
    const fire = steer(room, shooter);
    for (const [round, comesBack] of ["by time", "by command"].entries()) {
      shipOf(room, shooter).assign({ x: 100, y: 600, cooldown: 0 });
      shipOf(room, target).assign({ x: 190, y: 600 });
      await ticks(room, 2);
      fire(0);
      await ticks(room, 8);
      assert.equal(shipOf(room, target).alive, false);
      await until("the event", () => kills.length === round + 1);
      assert.deepEqual(kills[round], { by: shooter.sessionId, of: target.sessionId, streak: round + 1 });
      assert.deepEqual([shipOf(room, shooter).score, shipOf(room, target).deaths], [round + 1, round + 1]);
      if (comesBack === "by time") {
        await ticks(room, 31);
      } else {
        const { at } = await pump(clock, target.command("respawn", {}));
        assert.ok(Math.abs(at - room.clock.elapsedTime) < 1_000);
        await pump(clock, assert.rejects(target.command("respawn", {}), { name: "COMMAND_REFUSED" }));
      }
      assert.ok(shipOf(room, target).alive);
    }
  });

  it("[AR4] a round ends by the clock; after the scores are shown a new one begins", async () => {
    const room = await match(1, "fillTo: 0\nroundMs: 600000\npauseMs: 1000");
    const [player] = players as [Player];
    const over: unknown[] = [];
    player.on("roundOver", (round) => over.push(round));
    const ship = shipOf(room, player);
    ship.score = 3;
    assert.equal(room.state.phaseEndsMs, 600_000);
    const endsMs = Math.ceil(room.clock.elapsedTime) + 500;
    room.state.phaseEndsMs = endsMs;
    while (room.clock.elapsedTime < endsMs - 40) await ticks(room, 1);
    assert.deepEqual([room.state.playing, over], [true, []]);
    await ticks(room, 2);
    assert.equal(room.state.playing, false);
    await until("the event", () => over.length > 0);
    assert.deepEqual(over, [{ winner: player.sessionId, name: "P1", score: 3 }]);
    assert.equal(ship.score, 3, "the scores are shown");
    while (!room.state.playing) await ticks(room, 1);
    assert.ok(Math.abs(room.clock.elapsedTime - endsMs - 1_000) < 70);
    assert.deepEqual([room.state.round, ship.score, ship.alive], [2, 0, true]);
    assert.ok(room.state.phaseEndsMs >= room.clock.elapsedTime + 599_900);
  });
});
