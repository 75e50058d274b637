/** Seats of rooms that several processes give out at once: a real Redis, and one book for each process. */
import assert from "node:assert/strict";
import { type Booking, Bookings, type Blueprint, type Wish } from "../../src/matchmaking/bookings.ts";
import { presenceAt } from "./presence-at.ts";
import { LISTINGS, RedisDriver } from "../../src/matchmaking/redis-driver.ts";
import { systemClock } from "../../src/system-clock.ts";
import { startRedis, type TestRedis } from "../../../test/support/redis.ts";
import { until } from "../../../test/support/until.ts";
import { ANSWERED, row } from "./driver-contract.ts";

interface Process {
  readonly driver: RedisDriver;
  readonly bookings: Bookings;
  close(): Promise<void>;
}

describe("seats that are booked", () => {
  let redis: TestRedis;
  let processes: Process[];
  let serial = 0;
  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.stop());
  beforeEach(async () => {
    processes = [await open("p0"), await open("p1"), await open("p2")];
  });
  afterEach(async () => {
    await processes[0]!.driver.clear();
    await Promise.all(processes.map((process) => process.close()));
  });

  async function open(id: string, bookedMs?: number): Promise<Process> {
    const filtersOf = (name: string) => (name === "arena" ? ["mode", "level"] : []);
    const driver = new RedisDriver({ url: redis.url, me: () => id, filtersOf, onFault: () => {}, breaker: ANSWERED });
    const presence = presenceAt(redis.url);
    await Promise.all([driver.connected, presence.connected]);
    const common = { redis: driver.redis, presence, clock: systemClock, me: () => id, filtersOf, breaker: ANSWERED };
    const bookings = new Bookings(bookedMs === undefined ? common : { ...common, bookedMs });
    await bookings.begin();
    return {
      driver,
      bookings,
      async close() {
        presence.shutdown();
        await driver.shutdown();
      },
    };
  }

  const wish = (fields: Partial<Wish> = {}): Wish => ({
    typeName: "lab",
    sessions: [`s${++serial}`],
    filters: {},
    avoid: [],
    ...fields,
  });
  const plan = (fields: Partial<Blueprint> = {}): Blueprint => ({
    roomId: `r${++serial}`,
    maxPlayers: 4,
    isOwn: false,
    ...fields,
  });
  /** Booked by the first of them, and to be made by this one. */
  async function madeBy(maker: string, fields: Partial<Blueprint> = {}) {
    const { bookings } = processes[0]!;
    const made = await bookings.book(wish(), plan(fields));
    assert.equal(made.how, "make");
    const roomId = roomIn(made)!;
    assert.equal(await bookings.assign(roomId, maker), true);
    return roomId;
  }
  const roomIn = (booking: Booking) => ("roomId" in booking ? booking.roomId : undefined);

  it("[MM6] many at once in three processes: each room is made once, and filled before the next", async () => {
    const asked = Array.from({ length: 150 }, (_, at) => processes[at % 3]!.bookings.book(wish(), plan()));
    const booked = await Promise.all(asked);
    const perRoom = Map.groupBy(booked, roomIn);
    assert.deepEqual(
      [...perRoom.values()].map(({ length }) => length).toSorted((a, b) => b - a),
      [...Array<number>(37).fill(4), 2],
    );
    for (const seats of perRoom.values()) assert.equal(seats.filter(({ how }) => how === "make").length, 1);
  });

  it("[DG7] rooms of a process that takes nobody new are passed over, also while they are made", async () => {
    const [{ driver, bookings }] = processes as [Process];
    const due = await madeBy("p1");
    await driver.insert(row("closed", { clients: 0, processId: "p1" }));
    assert.equal((await bookings.book(wish({ avoid: ["p1"] }), undefined)).how, "none");
    await driver.insert(row("open", { clients: 0, processId: "p0" }));
    assert.equal(roomIn(await bookings.book(wish({ avoid: ["p1"] }), undefined)), "open");
    const others = [await bookings.book(wish({ avoid: ["open", due] }), undefined)];
    others.push(await bookings.book(wish({ avoid: ["open", "closed"] }), undefined));
    assert.deepEqual(others.map(roomIn), ["closed", due], "they are still there for others");
  });

  it("[MM6] a room counts a seat once, whether booked or told of by its row", async () => {
    const [{ driver, bookings }] = processes as [Process];
    await driver.insert(row("one", { clients: 2, processId: "p0" }));
    for (const how of ["room", "room"]) assert.equal((await bookings.book(wish(), undefined)).how, how);
    assert.equal((await bookings.book(wish(), undefined)).how, "none");
    const counted = JSON.stringify(row("one", { clients: 3, processId: "p0" }));
    const places = JSON.stringify({ since: 1, in: ["lab"] });
    await driver.redis.listWrite(LISTINGS, "one", counted, 0, "p0", "update", 3, 4, places, "", `s${serial - 2}`);
    assert.equal((await bookings.book(wish(), undefined)).how, "none");
    await bookings.cancel("one", [`s${serial - 2}`]);
    assert.equal((await bookings.book(wish(), undefined)).how, "room");
  });

  it("[MM6] a room that nobody is in is filled behind those that somebody has a seat in, however old it is", async () => {
    const [{ driver, bookings }] = processes as [Process];
    const made = (roomId: string, clients: number, createdAt: number) =>
      driver.insert(row(roomId, { clients, maxClients: 2, processId: "p0", createdAt: new Date(createdAt) }));
    await made("oldest", 0, 1);
    await made("older", 0, 2);
    await made("played", 1, 3);
    const booked: [session: string, roomId: string | undefined][] = [];
    for (let count = 0; count < 6; count++) {
      const asked = wish();
      booked.push([asked.sessions[0]!, roomIn(await bookings.book(asked, undefined))]);
    }
    const into = (roomId: string) => booked.filter(([, room]) => room === roomId).map(([session]) => session);
    assert.deepEqual(
      booked.map(([, roomId]) => roomId),
      ["played", "oldest", "oldest", "older", "older", undefined],
    );
    await bookings.cancel("oldest", into("oldest"));
    await bookings.cancel("older", into("older").slice(1));
    assert.equal(roomIn(await bookings.book(wish(), undefined)), "older");
  });

  it("[MM9] a seat that nobody came for is free again, one that was refused at once", async () => {
    const quick = await open("quick", 100);
    await quick.driver.insert(row("one", { maxClients: 1, processId: "quick" }));
    const first = wish();
    assert.equal((await quick.bookings.book(first, undefined)).how, "room");
    assert.equal((await quick.bookings.book(wish(), undefined)).how, "none");
    await quick.bookings.cancel("one", first.sessions);
    assert.equal((await quick.bookings.book(wish(), undefined)).how, "room");
    await until("the end of the booking", async () => (await quick.bookings.book(wish(), undefined)).how === "room");
    await quick.close();
  });

  it("[MM6] a party gets seats in one room", async () => {
    const [{ driver, bookings }] = processes as [Process];
    await driver.insert(row("old", { clients: 2, processId: "p0", createdAt: new Date(1_000) }));
    await driver.insert(row("new", { clients: 0, processId: "p0", createdAt: new Date(2_000) }));
    const party = await bookings.book(wish({ sessions: ["a", "b", "c"] }), undefined);
    assert.equal(roomIn(party), "new");
    assert.equal(roomIn(await bookings.book(wish({ sessions: ["d", "e"] }), undefined)), "old");
    assert.equal((await bookings.book(wish({ sessions: ["f", "g"] }), undefined)).how, "none");
    assert.equal(roomIn(await bookings.book(wish(), undefined)), "new");
  });

  it("[MM6] who waits for a room that is being made gets it when it is listed, in whatever process", async () => {
    const roomId = await madeBy("p1");
    const waits = await processes[2]!.bookings.book(wish(), plan());
    assert.deepEqual(waits, { how: "due", roomId, by: { maker: "p1", asker: "p0" } });
    const told = processes[2]!.bookings.made(roomId, () => true);
    assert.equal(await processes[1]!.driver.insert(row(roomId, { processId: "p1" })), true);
    assert.equal((await told)?.processId, "p1");
    assert.equal((await processes[0]!.bookings.made(roomId, () => true))?.processId, "p1");
    assert.equal(roomIn(await processes[0]!.bookings.book(wish(), undefined)), roomId);
  });

  it("[FLT26] where the directory has forgotten its rooms, who finds none waits for their owners, who makes one for himself does not", async () => {
    const [{ driver, bookings }, other] = processes as [Process, Process];
    const one = row("one", { processId: "p0" });
    await driver.insert(one);
    assert.equal(roomIn(await other.bookings.book(wish(), plan())), "one");
    await driver.clear();
    assert.equal((await other.bookings.book(wish(), plan())).how, "later");
    assert.equal((await other.bookings.book(wish(), undefined)).how, "later");
    assert.equal((await other.bookings.book(wish(), plan({ isOwn: true }))).how, "make");
    await driver.persist(one);
    assert.equal(roomIn(await other.bookings.book(wish(), plan())), "one", "listed anew");
    assert.equal((await bookings.book(wish({ typeName: "arena" }), plan())).how, "later", "there may be others");
    const over = async () => (await bookings.book(wish({ typeName: "arena" }), undefined)).how === "none";
    await until("all owners to have had the time", over);
    assert.equal((await bookings.book(wish({ typeName: "arena" }), plan())).how, "make");
  });

  it("[FLT26] owners that list their rooms anew begin that time; a process that comes does not end it", async () => {
    const [{ driver, bookings }] = processes as [Process];
    await driver.clear();
    await driver.persist(row("full", { processId: "p0", maxClients: 0 }));
    const late = await open("late");
    assert.equal((await late.bookings.book(wish(), plan())).how, "later");
    await until("all owners to have had the time", async () => (await bookings.book(wish(), undefined)).how === "none");
    await late.close();
  });

  it("[MM7] what was given up is told to who waits, and is never listed, by nobody", async () => {
    const roomId = await madeBy("p1");
    assert.equal(await processes[2]!.driver.insert(row(roomId, { processId: "p2" })), false, "not by another one");
    const told = processes[2]!.bookings.made(roomId, () => true);
    await processes[0]!.bookings.giveUp(roomId);
    assert.equal(await told, undefined);
    assert.equal(await processes[0]!.bookings.assign(roomId, "p2"), false);
    assert.equal(await processes[1]!.driver.insert(row(roomId, { processId: "p1", epoch: 9 })), false);
    const next = await processes[2]!.bookings.book(wish(), plan());
    assert.equal(next.how, "make");
    assert.notEqual(roomIn(next), roomId);
  });

  it("[MM7] who waits looks whether somebody is there to wait for", async () => {
    const made = await processes[0]!.bookings.book(wish(), plan());
    let isThere = true;
    const told = processes[2]!.bookings.made(roomIn(made)!, () => isThere);
    isThere = false;
    assert.equal(await told, undefined);
  });

  it("[MM7] rooms that a process was to make, or had asked for, are given up with it", async () => {
    const asked = await processes[1]!.bookings.book(wish(), plan({ isOwn: true }));
    const rooms = [await madeBy("p1"), roomIn(asked)!];
    const told = rooms.map((roomId) => processes[2]!.bookings.made(roomId, () => true));
    await processes[2]!.driver.cleanup("p1");
    assert.deepEqual(await Promise.all(told), [undefined, undefined]);
  });

  it("[MM6] a room that somebody makes for themselves is nobody else's before it is listed", async () => {
    const own = plan({ isOwn: true });
    await processes[0]!.driver.insert(row("one", { processId: "p0" }));
    assert.deepEqual(roomIn(await processes[0]!.bookings.book(wish(), own)), own.roomId);
    assert.equal(roomIn(await processes[1]!.bookings.book(wish(), plan())), "one");
  });

  it("[MM8] rooms are found by the options their type tells them apart by", async () => {
    const { bookings, driver } = processes[0]!;
    const arena = (filters: Wish["filters"]) => wish({ typeName: "arena", filters });
    const listed = (roomId: string, metadata: object) => row(roomId, { name: "arena", metadata, processId: "p0" });
    await driver.insert(listed("ctf3", { mode: "ctf", level: 3 }));
    await driver.insert(listed("ctf4", { mode: "ctf", level: 4 }));
    await driver.insert(listed("ffa4", { mode: "ffa", level: 4 }));
    assert.equal(roomIn(await bookings.book(arena({ mode: "ctf", level: 4 }), undefined)), "ctf4");
    assert.equal(roomIn(await bookings.book(arena({ mode: "ffa" }), undefined)), "ffa4");
    assert.equal((await bookings.book(arena({ mode: "ffa", level: 3 }), undefined)).how, "none");
    const due = await bookings.book(arena({ mode: "ffa", level: 3 }), plan());
    assert.equal((await bookings.book(arena({ mode: "ctf", level: 5 }), plan())).how, "make");
    assert.equal(roomIn(await bookings.book(arena({ level: 3, mode: "ffa" }), plan())), roomIn(due));
  });

  it("[MM6] rooms that were tried are passed over, and locked and private ones", async () => {
    const { bookings, driver } = processes[0]!;
    await driver.insert(row("a", { processId: "p0", locked: true }));
    await driver.insert(row("b", { processId: "p0", private: true }));
    await driver.insert(row("c", { processId: "p0" }));
    await driver.insert(row("d", { processId: "p0", createdAt: new Date(2_000) }));
    assert.equal(roomIn(await bookings.book(wish(), undefined)), "c");
    assert.equal(roomIn(await bookings.book(wish({ avoid: ["c"] }), undefined)), "d");
    assert.equal((await bookings.book(wish({ avoid: ["c", "d"] }), undefined)).how, "none");
  });
});
