/**
 * Redis is gone for longer than any lease, or comes back with nothing, while matches run in two processes and others want to join.
 * NINELIVES_TEST_OUTAGE_MS: how long it is gone, default 6 s; 20000 is what operators ask about.
 */
import assert from "node:assert/strict";
import { connect } from "@ninelives/client";
import { LIMITS, NetError } from "@ninelives/shared-schema";
import { until } from "../support/until.ts";
import { Fleet } from "./fleet.ts";
import { Nine } from "./nine.type.ts";
import { judge, Player } from "./player.ts";

const OUTAGE_MS = Number(process.env.NINELIVES_TEST_OUTAGE_MS ?? 6_000);
/** How soon everything is as before when it is back. */
const BACK_MS = 2_000;
/** Longer than any lease. */
const STOPPED_MS = 2 * LIMITS.leaseMs;

describe("a Redis that is gone while players play and join", function () {
  this.timeout(60_000 + 2 * OUTAGE_MS);
  let fleet: Fleet;
  let first: Player[];
  let second: Player[];
  let dropped: string[];
  const all = () => [...first, ...second];

  before(async () => {
    fleet = await Fleet.start(2);
    [first, second] = await Promise.all([match(0), match(1)]);
  });
  after(() => fleet.stop());
  beforeEach(() => {
    dropped = [];
    for (const player of all()) player.play();
  });
  afterEach(function () {
    for (const player of all()) player.rest();
    if (this.currentTest?.state === "failed") process.stdout.write(fleet.said());
  });

  /** A room that was made by one host, with a player of each. */
  async function match(at: number): Promise<Player[]> {
    const [here, there] = [fleet.hosts[at]!, fleet.hosts[1 - at]!];
    const ada = await Player.create(here.url, "Ada");
    const players = [ada, await Player.join(there.url, ada.room.roomId, "Bob")];
    for (const { room, sessionId } of players)
      room.connection.onChange(({ to, reason }) => void dropped.push(`${sessionId} ${to} ${reason}`));
    return players;
  }

  /** Everything a player may ask of matchmaking, at every host. */
  function joins() {
    return fleet.hosts.flatMap(({ url }) => {
      const client = connect(url);
      return [
        () => client.create(Nine, {}),
        () => client.joinOrCreate(Nine, {}),
        () => client.join(Nine, {}),
        () => client.joinById(Nine, first[0]!.room.roomId, {}),
      ];
    });
  }

  it("[FLT10] [FLT11] matches go on and what is said waits; joins are BUSY at once and work when it is back", async () => {
    await Promise.all(all().map((player) => player.ticks(30)));
    let waiting: Promise<{ times: number }>[] = [];
    await fleet.withoutRedis("kept", async () => {
      const endsAtMs = performance.now() + OUTAGE_MS;
      const before = all().map(({ room }) => room.state.ticks);
      waiting = all().map((player) => player.add());
      let answered = 0;
      for (const answer of waiting)
        void answer.then(
          () => answered++,
          () => answered++,
        );
      await until("the processes to notice", async () => isBusy(await outcome(joins()[0]!)));
      const startedMs = performance.now();
      const told = await Promise.all(joins().map(outcome));
      const tookMs = performance.now() - startedMs;
      assert.deepEqual(
        told.filter((one) => !isBusy(one)),
        [],
      );
      assert.ok(tookMs < 1_000, `${told.length} answers took ${tookMs} ms`);
      await until("the outage to be over", () => performance.now() > endsAtMs, OUTAGE_MS + 1_000);
      const ticks = all().map(({ room }, at) => room.state.ticks - before[at]!);
      const due = (OUTAGE_MS / 1000) * Nine.tickHz;
      assert.ok(Math.min(...ticks) > due / 2, `of ${due} ticks players saw ${ticks.join(", ")}`);
      assert.equal(answered, 0, "nothing is confirmed that is in no log");
    });
    const backMs = performance.now();
    const joined = await Promise.all(joins().map((join) => until("the join to work", () => joinedBy(join))));
    const tookMs = performance.now() - backMs;
    assert.ok(tookMs < BACK_MS, `joins work ${tookMs} ms after Redis is back`);
    await Promise.all(joined.map((room) => room.leave()));
    await Promise.all(waiting);
    await judge(first);
    await judge(second);
    assert.deepEqual(dropped, [], "nobody lost the connection");
  });

  const outcome = (join: () => Promise<unknown>) => join().catch((error: unknown) => error);
  const joinedBy = <R>(join: () => Promise<R>) => join().catch(() => undefined);

  function isBusy(outcome: unknown): boolean {
    if (!(outcome instanceof NetError)) return false;
    return outcome.name === "BUSY" && outcome.recoverable && outcome.details.retryAfterMs === LIMITS.busyRetryMs;
  }

  it("[OWN16] a process that stood still meanwhile goes on, as nobody can have taken its rooms", async () => {
    const stopped = await fleet.owner(first[0]!.room.roomId);
    await fleet.withoutRedis("kept", async () => {
      await Promise.all(all().map((player) => player.ticks(30)));
      const { pid } = stopped;
      process.kill(pid, "SIGSTOP");
      const endsAtMs = performance.now() + STOPPED_MS;
      await until("the lease to be over", () => performance.now() > endsAtMs);
      process.kill(pid, "SIGCONT");
      await until("it to notice", () => stopped.stdout().includes("the lease is over"));
      await Promise.all(all().map((player) => player.back(0)));
      await Promise.all(all().map((player) => player.ticks(30)));
    });
    await judge(first);
    await judge(second);
  });

  it("[FLT12] comes back with nothing: rooms are listed again, and a kill of an owner after that is survived", async () => {
    const rooms = async () => (await fleet.rooms()).map(({ roomId, players }) => `${roomId} ${players}`).sort();
    const listed = await rooms();
    assert.equal(listed.length, 2);
    await fleet.withoutRedis("nothing", async () => {});
    await until("the listings", async () => String(await rooms().catch(() => "")) === String(listed));
    for (const { room } of [first[0]!, second[0]!]) {
      const eve = await connect(fleet.living().url).joinById(Nine, room.roomId, {});
      await eve.leave();
    }
    await Promise.all(all().map((player) => player.add()));
    assert.deepEqual(dropped, [], "nobody lost the connection");
    await fleet.kill(await fleet.owner(first[0]!.room.roomId));
    await Promise.all(first.map((player) => player.back(1)));
    await judge(first);
    await judge(second);
  });
});
