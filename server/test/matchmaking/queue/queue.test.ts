/** A queue from the players' side: a real host, real sockets, our client. */
import assert from "node:assert/strict";
import { connect, memorySeatStorage, type Room, type SeatStorage, type Waiting } from "@ninelives/client";
import { defineHost } from "@ninelives/server";
import { queueOf, type QueueWish } from "@ninelives/shared-schema";
import { startTestHost, type TestHost } from "../../../../test/support/test-host.ts";
import { until, within } from "../../../../test/support/until.ts";
import { Duel, Squad, type Versus, VersusRoom } from "../../../../test/support/versus.ts";

type Wish = Omit<QueueWish<Versus>, "options"> & { readonly map?: "hill" | "lake" };

describe("a queue", () => {
  let host: TestHost;
  before(async () => {
    const room = VersusRoom as never;
    const rooms = { asked: { type: Duel, room }, squad: { type: Squad, room } };
    host = await startTestHost(defineHost({ rooms, store: { kind: "memory" } }));
  });
  after(() => host.stop());

  /** What each was told and nobody asked for yet. */
  const news = new WeakMap<Waiting<Versus>, { readonly name: string; readonly payload: unknown }[]>();
  async function wait(type: Versus, name: string, { map, ...wish }: Wish = {}): Promise<Waiting<Versus>> {
    const options = { name, ...(map === undefined ? {} : { map }) };
    return listening(await connect(host.url).queue(type, { ...wish, options }));
  }
  function listening(waiting: Waiting<Versus>): Waiting<Versus> {
    const heard: { readonly name: string; readonly payload: unknown }[] = [];
    news.set(waiting, heard);
    for (const name of ["place", "found", "accepted", "back"] as const)
      waiting.on(name, (payload) => heard.push({ name, payload }));
    return waiting;
  }
  const next = (waiting: Waiting<Versus>, wanted: string): Promise<unknown> =>
    until(wanted, () => {
      const heard = news.get(waiting)!;
      const at = heard.findIndex(({ name }) => name === wanted);
      return at === -1 ? undefined : heard.splice(at, 1)[0]!.payload;
    });
  const listed = async () => (await (await fetch(`${host.url}/rooms`)).json()) as { roomId: string; type: string }[];
  const everybodyIn = (rooms: readonly Room<Versus>[], players: number) =>
    until("everybody to be in", () => rooms.every(({ state }) => state.teams?.size === players));
  const leave = (rooms: readonly { leave(): Promise<void> }[]) => Promise.all(rooms.map((room) => room.leave()));

  it("[QU1] players of a type with `matching` wait in a room of their own, and are brought into one match", async () => {
    const waiting = await Promise.all(["Ada", "Bob", "Cy", "Di"].map((name) => wait(Squad, name)));
    assert.equal(new Set(waiting.map(({ queue }) => queue.roomId)).size, 1);
    const rooms = await within("the match", Promise.all(waiting.map(({ match }) => match)));
    assert.equal(new Set(rooms.map(({ roomId }) => roomId)).size, 1);
    await everybodyIn(rooms, 4);
    assert.ok((await host.metric('ninelives_queue_wait_seconds_count{type="squad"}')) >= 4);
    const teams = [...rooms[0]!.state.teams.values()].toSorted((a, b) => a - b);
    assert.deepEqual(teams, [0, 0, 1, 1], "the game knows who is in which team");
    assert.deepEqual(
      (await listed()).map(({ type }) => type),
      ["squad"],
      "the match is listed, the queue is not",
    );
    await leave(rooms);
    await until("its end", async () => (await listed()).length === 0);
  });

  it("[QU5] nobody who was not sent by the queue gets into a match", async () => {
    const waiting = await Promise.all(["Ada", "Bob", "Cy"].map((name) => wait(Squad, name)));
    const last = await wait(Squad, "Di");
    const rooms = await within("the match", Promise.all([...waiting, last].map(({ match }) => match)));
    const [first] = rooms as [Room<Versus>];
    const client = connect(host.url);
    await assert.rejects(client.joinById(Squad, first.roomId, { name: "Eve" }), { name: "UNAUTHORIZED" });
    await assert.rejects(client.join(Squad, { name: "Eve" }), { name: "ROOM_NOT_FOUND" });
    const forged = { name: "Eve", "ninelives:match": { filters: { map: "hill" }, teams: 2, size: 2 } };
    await assert.rejects(client.create(Squad, forged), /a match on hill expected/, "a player cannot say it is a queue");
    await leave(rooms);
  });

  it("[QU2] a party waits until all of it is there, and is in one team", async () => {
    const party = { name: "the pair", size: 2 };
    const [ada, bob, cy] = [await wait(Squad, "Ada", { party }), await wait(Squad, "Bob"), await wait(Squad, "Cy")];
    assert.deepEqual(await ada.queue.command("where", {}), { stage: "party" });
    assert.deepEqual(await bob.queue.command("where", {}), { stage: "waiting" });
    const di = await wait(Squad, "Di", { party });
    const rooms = await within("the match", Promise.all([ada, bob, cy, di].map(({ match }) => match)));
    await everybodyIn(rooms, 4);
    const teamOf = (room: Room<Versus>) => rooms[0]!.state.teams.get(room.sessionId);
    assert.equal(teamOf(rooms[0]!), teamOf(rooms[3]!));
    assert.equal(teamOf(rooms[1]!), teamOf(rooms[2]!));
    await leave(rooms);
  });

  it("[QU2] who does not fit the party is refused, with what was expected", async () => {
    const party = { name: "odd", size: 2 };
    const ada = await wait(Squad, "Ada", { party });
    const refused = (wish: Wish, message: RegExp) =>
      assert.rejects(wait(Squad, "Bob", wish), { name: "OPTIONS_INVALID", message });
    await refused({ party: { ...party, size: 1 } }, /party\.size: 2 expected/);
    await refused({ party, map: "lake" }, /what others of it look for/);
    await refused({ party: { name: "crowd", size: 3 } }, /party\.size: at most 2 expected/);
    const bob = await wait(Squad, "Bob", { party });
    await refused({ party }, /is complete/);
    await ada.cancel();
    await assert.rejects(within("Bob's end", bob.match), { name: "MATCH_OFF", details: { reason: "party" } });
  });

  it("[QU2] who says too much is refused", async () => {
    const regions = Object.fromEntries(Array.from({ length: 33 }, (_, at) => [`r${at}`, 1]));
    await assert.rejects(wait(Squad, "Bob", { latencies: regions }), {
      name: "OPTIONS_INVALID",
      message: /latencies: at most 32/,
    });
    const wordy = { name: "Bob", more: "x".repeat(2_048) };
    await assert.rejects(connect(host.url).queue(Squad, { options: wordy }), {
      name: "OPTIONS_INVALID",
      message: /options: at most 2048/,
    });
  });

  it("[QU4] a match that was found is played when everybody accepts it", async () => {
    const [ada, bob] = [await wait(Duel, "Ada"), await wait(Duel, "Bob")];
    const found = await Promise.all([next(ada, "found"), next(bob, "found")]);
    assert.deepEqual(found[0], { match: (found[1] as { match: string }).match, players: 2, acceptMs: 5_000 });
    const told = next(bob, "accepted");
    await ada.accept();
    assert.deepEqual(await told, { match: (found[0] as { match: string }).match, accepted: 1, players: 2 });
    await bob.accept();
    const rooms = await within("the match", Promise.all([ada.match, bob.match]));
    await everybodyIn(rooms, 2);
    await leave(rooms);
  });

  it("[QU4] who declines is out, and the other waits on in the same place", async () => {
    const [ada, bob] = [await wait(Duel, "Ada"), await wait(Duel, "Bob")];
    await Promise.all([next(ada, "found"), next(bob, "found")]);
    const back = next(ada, "back");
    await ada.accept();
    await bob.decline();
    assert.deepEqual(await back, { reason: "declined" });
    await assert.rejects(within("Bob's end", bob.match), { name: "MATCH_OFF", details: { reason: "declined" } });
    const again = next(ada, "found");
    const cy = await wait(Duel, "Cy");
    await Promise.all([again, next(cy, "found")]);
    await Promise.all([ada.accept(), cy.accept()]);
    const rooms = await within("the match", Promise.all([ada.match, cy.match]));
    await leave(rooms);
  });

  it("[QU5] only those are brought together who ask for the same, and the room is made as they ask", async () => {
    const [ada, bob] = [await wait(Duel, "Ada", { map: "lake" }), await wait(Duel, "Bob", { map: "hill" })];
    const cy = await wait(Duel, "Cy", { map: "lake" });
    await Promise.all([next(ada, "found"), next(cy, "found")]);
    assert.deepEqual(await bob.queue.command("where", {}), { stage: "waiting" });
    await Promise.all([ada.accept(), cy.accept()]);
    const rooms = await within("the match", Promise.all([ada.match, cy.match]));
    await everybodyIn(rooms, 2);
    assert.equal(rooms[0]!.state.map, "lake");
    await Promise.all([leave(rooms), bob.cancel()]);
  });

  it("[QU6] who waits is told its place, and how many wait", async () => {
    const ada = await wait(Duel, "Ada", { skill: 0 });
    const bob = await wait(Duel, "Bob", { skill: 5_000 });
    const places = await Promise.all([next(ada, "place"), next(bob, "place")]);
    assert.deepEqual(
      places.map((news) => (news as { place: number }).place),
      [1, 2],
    );
    await until("the count", () => bob.queue.state.waiting === 2);
    const moved = next(bob, "place");
    await ada.cancel();
    assert.equal(((await moved) as { place: number }).place, 1);
    await bob.cancel();
  });

  it("[QU8] a seat may be asked for until it is taken; who finds the room gone waits again", async () => {
    const client = connect(host.url);
    const names = ["Ada", "Bob", "Cy", "Di"];
    const rooms = await Promise.all(names.map((name) => client.joinOrCreate(queueOf(Squad), { options: { name } })));
    const ready = (room: (typeof rooms)[number]) =>
      within("the match", new Promise<{ match: string; roomId: string }>((resolve) => void room.on("ready", resolve)));
    const [{ match, roomId }] = await Promise.all([ready(rooms[0]!), ...rooms.slice(1).map(ready)]);
    const { seat } = await rooms[0]!.command("seat", { match });
    assert.deepEqual((await rooms[0]!.command("seat", { match })).seat, seat);
    const other = await rooms[1]!.command("seat", { match });
    assert.notEqual(other.seat!.sessionId, seat!.sessionId);
    assert.deepEqual(await rooms[0]!.command("seat", { match: "another" }), {});
    await host.inside(roomId).disconnect();
    const back = new Promise<unknown>((resolve) => void rooms[0]!.on("back", resolve));
    assert.deepEqual(await rooms[0]!.command("seat", { match }), {});
    assert.deepEqual(await within("back", back), { reason: "gone" });
    assert.deepEqual(await rooms[0]!.command("where", {}), { stage: "waiting" });
    await leave(rooms);
  });

  it("[QU13] a page that is loaded again goes on waiting, and joins the match that was found meanwhile", async () => {
    const storages = new Map<string, SeatStorage>();
    const storage = (typeName: string) => {
      if (!storages.has(typeName)) storages.set(typeName, memorySeatStorage());
      return storages.get(typeName)!;
    };
    const before = await connect(host.url, { storage }).queue(Squad, { options: { name: "Ada" } });
    const kept = storage("squad-queue").load()!;
    before.queue.session.lifeline.abandon();
    storage("squad-queue").save(kept);
    const after = await connect(host.url, { storage }).resumeQueue(Squad);
    assert.equal(after?.queue.sessionId, before.queue.sessionId);
    const others = await Promise.all(["Bob", "Cy", "Di"].map((name) => wait(Squad, name)));
    const rooms = await within("the match", Promise.all([after!, ...others].map(({ match }) => match)));
    await everybodyIn(rooms, 4);
    await leave(rooms);
    await until("the queue to be left", () => after!.queue.connection.state === "DISCONNECTED");
    assert.equal(await connect(host.url, { storage }).resumeQueue(Squad), undefined, "nobody waits any more");
  });

  it("[QU9] a seat that comes free goes to who waits, in the team that misses it; not once the game is closed", async () => {
    const waiting = await Promise.all(["Ada", "Bob", "Cy", "Di"].map((name) => wait(Squad, name)));
    const rooms = await within("the match", Promise.all(waiting.map(({ match }) => match)));
    await everybodyIn(rooms, 4);
    const team = rooms[0]!.state.teams.get(rooms[3]!.sessionId);
    await rooms[3]!.leave();
    const eve = await wait(Squad, "Eve");
    const room = await within("Eve's match", eve.match);
    assert.equal(room.roomId, rooms[0]!.roomId);
    await until("her team", () => room.state.teams?.get(room.sessionId) === team);
    await room.command("lock", {});
    await leave([rooms[2]!]);
    const fay = await wait(Squad, "Fay");
    await until(
      "news of the lock",
      async () => (await fay.queue.command("where", {})).stage === "waiting" && fay.queue.state.waiting === 1,
    );
    await leave([room, rooms[0]!, rooms[1]!]);
    assert.equal((await fay.queue.command("where", {})).stage, "waiting");
    await fay.cancel();
  });

  it("[QU10] who cancels is out at once, and is not matched", async () => {
    const ada = await wait(Squad, "Ada");
    await ada.cancel();
    await assert.rejects(ada.match, { name: "LEFT" });
    await until("the end of the queue", async () => (await host.metric("ninelives_rooms")) === 0);
  });

  it("[QU11] the room class says how good a player is, and may refuse one", async () => {
    await assert.rejects(wait(Duel, "Eve", { skill: 10_000 }), /nobody is that good/);
  });

  it("[QU1] a type without `matching` has no queue, and a room of a queue's name is a fault of the configuration", () => {
    const room = VersusRoom as never;
    assert.throws(
      () =>
        defineHost({ rooms: { squad: { type: Squad, room }, "squad-queue": { type: queueOf(Squad), room } as never } }),
      { name: "CONFIG_INVALID", message: /rooms\.squad-queue: another name expected/ },
    );
  });
});
