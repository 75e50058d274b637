/** The process that runs a queue dies, or stands still, while it brings players together: nobody is lost, and nobody is in two matches. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { connect, type Room, type Waiting } from "@ninelives/client";
import { NetError, type QueueWish } from "@ninelives/shared-schema";
import { ROOT } from "../support/main-process.ts";
import { until, within } from "../support/until.ts";
import { Crowded, SlowSquad, Squad, type Versus } from "../support/versus.ts";
import { Fleet, type FleetHost } from "./fleet.ts";

const CONFIG = join(ROOT, "test/survival/queue.config.ts");
const PLAYERS = 40;
const IN_A_MATCH = 4;
const MATCHED_MS = 45_000;

/** Who waits, and was matched. */
interface Guest {
  readonly place: Waiting<Versus>;
  /** Of the friend it came with. */
  readonly pair: string | undefined;
  readonly room: Room<Versus> | undefined;
  readonly error: unknown;
}

describe("the process of a queue", function () {
  this.timeout(90_000);
  let fleet: Fleet;
  let guests: Guest[];
  beforeEach(async () => {
    guests = [];
    fleet = await Fleet.start(3, CONFIG);
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await tellAll();
    for (const { place, room } of guests)
      for (const each of [place.queue, room]) void each?.leave().catch(() => undefined);
    await fleet.stop();
  });

  /** At all hosts in turn; every third brings a friend. Who asks a host that dies asks another one. */
  async function crowd(type: Versus, from = 0, to = PLAYERS): Promise<void> {
    await Promise.all(
      Array.from({ length: to - from }, async (_, nth) => {
        const at = from + nth;
        const pair = at % 6 < 2 ? `pair ${Math.floor(at / 6)}` : undefined;
        const place = await queued(type, at, { key: `P${at}`, options: { name: `P${at}` }, ...partyOf(pair) });
        const guest = { place, pair, room: undefined, error: undefined };
        guests.push(guest);
        void place.match.then(
          (room) => Object.assign(guest, { room }),
          (error: unknown) => Object.assign(guest, { error }),
        );
      }),
    );
  }

  async function queued(type: Versus, at: number, wish: QueueWish<Versus>): Promise<Waiting<Versus>> {
    const hosts = [...fleet.hosts];
    for (;;) {
      const { url } = hosts.shift() === undefined ? fleet.living() : fleet.hosts[at % fleet.hosts.length]!;
      try {
        return await connect(url, { liveness: "game" }).queue(type, wish);
      } catch (error) {
        if (!(error instanceof NetError && error.recoverable)) throw error;
      }
    }
  }

  async function ownerOf({ place: { queue } }: Guest): Promise<FleetHost> {
    return until(`who has the queue`, async () => {
      const answer = await fetch(`${fleet.living().url}/dev/rooms/${queue.roomId}`).then((reply) => reply.json());
      return fleet.hosts.find(({ pid }) => pid === (answer as { pid?: number }).pid);
    });
  }

  /** Everybody who waited is in a match, all matches are full, and no other is listed. */
  async function assertExact(): Promise<void> {
    await within("everybody's match", Promise.all(guests.map(({ place }) => place.match)), MATCHED_MS);
    const all = rooms();
    assert.equal(all.length, PLAYERS);
    const here = Map.groupBy(all, ({ roomId }) => roomId);
    assert.deepEqual(new Set([...here.values()].map(({ length }) => length)), new Set([IN_A_MATCH]), "full matches");
    assert.equal(new Set(all.map(({ sessionId }) => sessionId)).size, PLAYERS, "nobody is in two");
    const teamsIn = ({ state }: Room<Versus>) => [...(state.teams?.values() ?? [])].toSorted((a, b) => a - b).join();
    await until("full teams in all of them", () => all.every((room) => teamsIn(room) === "0,0,1,1"), MATCHED_MS);
    await until(
      "the list to be true",
      async () => {
        const rows = await fleet.rooms();
        return rows.length === here.size && rows.every(({ roomId, players }) => here.get(roomId)?.length === players);
      },
      MATCHED_MS,
    );
    for (const [pair, friends] of Map.groupBy(guests, (guest) => guest.pair)) {
      if (pair === undefined) continue;
      const teams = friends.map(({ room }) => `${room!.roomId} ${room!.state.teams.get(room!.sessionId)}`);
      assert.equal(teams[0], teams[1], `${pair}: in one team`);
    }
  }

  /** Of those who are in no match: where they stand. */
  async function tellAll(): Promise<void> {
    for (const { place, room, error } of guests) {
      if (room !== undefined) continue;
      const stands = await within("an answer", place.queue.command("where", {}), 1_000).catch(String);
      const { state } = place.queue.connection;
      process.stdout.write(`${place.queue.sessionId} ${state} ${JSON.stringify(stands)} ${String(error)}\n`);
    }
    process.stdout.write(fleet.said());
  }

  const rooms = () => guests.flatMap(({ room }) => (room === undefined ? [] : [room]));

  it("[QU7] is killed again and again while players come: every ticket ends in one match, parties whole", async () => {
    for (const [from, to] of [
      [0, 16],
      [16, 28],
      [28, PLAYERS],
    ] as const) {
      const coming = crowd(Squad, from, to);
      const newcomer = await until("somebody who waits", () =>
        guests.slice(from).find(({ room }) => room === undefined),
      );
      const owner = await ownerOf(newcomer);
      await fleet.kill(owner);
      await fleet.add();
      await coming;
    }
    await assertExact();
  });

  it("[QU14] is killed while players come: all wait in one queue, and so they meet", async () => {
    for (const from of [0, 5, 10]) {
      const coming = crowd(Crowded, from, from + 5);
      if (guests.length > 0) {
        await fleet.kill(await ownerOf(guests[0]!));
        await fleet.add();
      }
      await coming;
    }
    assert.equal(new Set(guests.map(({ place }) => place.queue.roomId)).size, 1);
    await crowd(Crowded, 15, 16);
    const all = await within("the match", Promise.all(guests.map(({ place }) => place.match)), MATCHED_MS);
    assert.equal(new Set(all.map(({ roomId }) => roomId)).size, 1);
  });

  it("[QU7] is killed while rooms of matches are being made: each is made once", async () => {
    await crowd(SlowSquad);
    const owner = await ownerOf(guests[0]!);
    await until("one to be made", () => /room of a match is being made/.test(fleet.said()), 10_000);
    await fleet.kill(owner);
    await assertExact();
  });

  it("[QU7] stands still for a while and wakes up: it takes nothing back and doubles nothing", async () => {
    await crowd(SlowSquad);
    const owner = await ownerOf(guests[0]!);
    await until("one to be made", () => /room of a match is being made/.test(fleet.said()), 10_000);
    const epoch = Math.max(...guests.map(({ place }) => place.queue.epoch));
    owner.kill("SIGSTOP");
    await until("somebody else to have it", () => guests.some(({ place }) => place.queue.epoch > epoch), MATCHED_MS);
    owner.kill("SIGCONT");
    await assertExact();
  });
});

function partyOf(name: string | undefined) {
  return name === undefined ? {} : { party: { name, size: 2 } };
}
