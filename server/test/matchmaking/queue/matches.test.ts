/** What becomes of a match on its way, by the queue's own clock. */
import assert from "node:assert/strict";
import { schema } from "@colyseus/schema";
import {
  defineRoomType,
  findBackfills,
  findMatches,
  LIMITS,
  type MatchRulesInput,
  NetError,
  QueueMemory,
  QueueState,
} from "@ninelives/shared-schema";
import { Making } from "../../../src/matchmaking/queue/making.ts";
import { Matches } from "../../../src/matchmaking/queue/matches.ts";
import { Standings } from "../../../src/matchmaking/queue/standings.ts";
import { type Comer, Tickets } from "../../../src/matchmaking/queue/tickets.ts";
import { settle } from "../../../../test/support/until.ts";

const DUEL: MatchRulesInput = { teams: 2, size: 1, acceptMs: 5_000 };
const PAIRS: MatchRulesInput = { teams: 2, size: 2 };

/** `make`: what becomes of each room that is made. */
function open(matching: MatchRulesInput, make: () => Promise<boolean> = () => Promise.resolve(true)) {
  const type = defineRoomType({ name: "bench", tickHz: 20, maxPlayers: 16, state: schema({}, "BenchState"), matching });
  const rules = type.matching!;
  const [memory, state, told] = [new QueueMemory(), new QueueState(), [] as string[]];
  const tickets = new Tickets(memory);
  let number = 0;
  const matches = new Matches({
    memory,
    tickets,
    acceptMs: rules.acceptMs,
    newId: () => `id ${number++}`,
    herald: {
      found: (to) => told.push(`${to} found`),
      accepted: (to, _, accepted, players) => told.push(`${to} accepted ${accepted}/${players}`),
      ready: (to, _, roomId, team) => told.push(`${to} ready ${roomId} ${team}`),
      back: (to, reason) => told.push(`${to} back ${reason}`),
      out: (to, reason) => told.push(`${to} out ${reason}`),
    },
  });
  const making = new Making({ type, rooms: { make, waited: () => {} }, tickets, matches, state });
  const place = (to: string, at: number, waitMs: number | undefined) => told.push(`${to} place ${at} ${waitMs}`);
  return {
    memory,
    state,
    tickets,
    matches,
    standings: new Standings({ tickets, state, place }),
    come(sessionId: string, nowMs: number, wish: Partial<Comer["wish"]> = {}) {
      const said = { skill: 0, latencies: {}, ...wish };
      const comer = { sessionId, wish: said, options: {}, filters: {}, auth: { user: sessionId } };
      if (!tickets.add(comer, nowMs)) matches.tellAgain(sessionId);
    },
    look(nowMs: number) {
      const found = findMatches(tickets.matchable(tickets.waiting), rules, nowMs);
      for (const match of found) matches.begin(match, nowMs);
      return found.length;
    },
    fill(free: readonly number[], nowMs: number) {
      const opening = { id: "running", region: undefined, skill: 0, filters: {}, free };
      const claimed = matches.claimed("running");
      const left = free.map((seats, team) => seats - claimed.filter((other) => other === team).length);
      const found = findBackfills(tickets.matchable(tickets.waiting), [{ ...opening, free: left }], rules, nowMs);
      for (const backfill of found) matches.fill(backfill, nowMs);
    },
    async make(nowMs: number) {
      making.begin(nowMs);
      await settle(1);
      making.settle(nowMs);
    },
    /** What was told since it was asked last. */
    news: () => told.splice(0),
  };
}

describe("a match on its way", () => {
  it("[QU4] who does not accept in time is out, and the other keeps its place", () => {
    const queue = open(DUEL);
    queue.come("ada", 1_000);
    queue.come("bob", 2_000);
    assert.equal(queue.look(2_000), 1);
    const [match] = queue.memory.matches.keys();
    assert.equal(queue.matches.accept("ada", match!, 3_000), true);
    queue.matches.expire(6_999);
    assert.deepEqual(queue.news().slice(2), ["ada accepted 1/2", "bob accepted 1/2"]);
    queue.matches.expire(7_000);
    assert.deepEqual(queue.news(), ["ada back late", "bob out late"]);
    assert.equal(queue.matches.accept("ada", match!, 7_001), false);
    assert.equal(queue.memory.matches.size, 0);
    queue.come("cy", 7_100);
    queue.come("di", 500);
    assert.deepEqual(
      queue.tickets.waiting.map((id) => [...queue.tickets.membersOf(id)][0]),
      ["di", "ada", "cy"],
    );
  });

  it("[QU2] a party that does not come together is let go", () => {
    const queue = open(PAIRS);
    queue.come("ada", 1_000, { party: { name: "p", size: 2 } });
    queue.matches.expire(999 + LIMITS.partyGatherMs);
    assert.deepEqual(queue.news(), []);
    queue.matches.expire(1_000 + LIMITS.partyGatherMs);
    assert.deepEqual(queue.news(), ["ada out party"]);
    assert.deepEqual([queue.memory.waiters.size, queue.memory.tickets.size], [0, 0]);
  });

  it("[QU2] a friend who is lost may come again; one who leaves ends the party's waiting", () => {
    const queue = open(PAIRS);
    const party = { name: "p", size: 2 };
    queue.come("ada", 1_000, { party });
    queue.come("bob", 1_000, { party });
    queue.matches.lost("bob", 5_000);
    assert.equal(queue.tickets.waiting.length, 0);
    queue.come("bob again", 6_000, { party });
    assert.equal(queue.tickets.waiting.length, 1);
    assert.deepEqual(queue.news(), []);
    queue.matches.left("bob again");
    assert.deepEqual(queue.news(), ["ada out party", "bob again out declined"]);
  });

  it("[QU10] who asks again under the same key takes the place it has, also in a match", () => {
    const queue = open(DUEL);
    queue.come("ada", 1_000, { key: "A" });
    queue.come("bob", 2_000);
    queue.look(2_000);
    const [match] = queue.memory.matches.keys();
    queue.news();
    queue.come("ada again", 3_000, { key: "A" });
    assert.deepEqual(queue.news(), ["ada again found"]);
    assert.deepEqual(queue.matches.playersOf(match!).toSorted(), ["ada again", "bob"]);
    assert.equal(queue.matches.accept("ada again", match!, 3_000), true);
    assert.equal(queue.tickets.waiter("ada"), undefined);
  });

  it("[QU8] who does not take its seat in time is out of the queue", async () => {
    const queue = open(PAIRS);
    for (const name of ["ada", "bob", "cy", "di"]) queue.come(name, 1_000);
    queue.look(1_000);
    await queue.make(1_000);
    assert.equal(queue.news().length, 4);
    queue.matches.left("ada");
    queue.matches.expire(1_000 + LIMITS.matchTakenMs);
    assert.deepEqual(queue.news(), ["bob out late", "cy out late", "di out late"]);
    assert.equal(queue.memory.matches.size, 0);
  });

  it("[QU7] a room that comes to nothing is made anew under another id, and one that is busy is asked for again", async () => {
    const outcomes = [
      () => Promise.resolve(false),
      () => Promise.reject(new NetError("BUSY", "come again")),
      () => Promise.resolve(true),
    ];
    const queue = open(PAIRS, () => outcomes.shift()!());
    for (const name of ["ada", "bob", "cy", "di"]) queue.come(name, 1_000);
    queue.look(1_000);
    const [match] = queue.memory.matches.values();
    const first = match!.roomId;
    await queue.make(1_000);
    const second = match!.roomId;
    assert.notEqual(second, first);
    await queue.make(1_500);
    assert.equal(outcomes.length, 2, "not again at once");
    await queue.make(2_000);
    assert.deepEqual([match!.roomId, match!.stage], [second, "making"]);
    await queue.make(3_000);
    assert.equal(match!.stage, "ready");
    assert.ok(queue.news().every((news) => news.includes(`ready ${second}`)));
  });

  it("[QU7] a game whose room cannot be made fails its players after some attempts", async () => {
    const queue = open(PAIRS, () => Promise.reject(new Error("onCreate threw")));
    for (const name of ["ada", "bob", "cy", "di"]) queue.come(name, 1_000);
    queue.look(1_000);
    for (let attempt = 0; attempt < LIMITS.matchFailures; attempt++)
      await queue.make(1_000 + attempt * LIMITS.matchRetryMs);
    assert.deepEqual(queue.news().toSorted(), ["ada out failed", "bob out failed", "cy out failed", "di out failed"]);
  });

  it("[QU9] a seat in a match that runs is filled once, and a party gets seats in one team", () => {
    const queue = open({ ...PAIRS, backfill: true });
    queue.come("ada", 1_000);
    queue.come("bob", 1_001, { party: { name: "p", size: 2 } });
    queue.come("cy", 1_001, { party: { name: "p", size: 2 } });
    queue.fill([1, 2], 2_000);
    assert.deepEqual(queue.news(), ["ada ready running 1"], "the team that misses most is filled first");
    queue.fill([1, 2], 2_100);
    assert.deepEqual(queue.news(), [], "one seat is left in each team: none for two friends");
    queue.come("di", 2_200);
    queue.fill([1, 2], 2_300);
    assert.deepEqual(queue.news(), ["di ready running 0"]);
  });

  it("[QU6] what is told of the wait is what those before waited, less what was waited already", async () => {
    const queue = open(PAIRS);
    for (const name of ["ada", "bob", "cy", "di"]) queue.come(name, 1_000);
    queue.look(11_000);
    await queue.make(11_000);
    assert.equal(queue.state.typicalWaitMs, 10_000);
    queue.news();
    queue.come("eve", 20_000);
    queue.standings.tell(24_000);
    queue.standings.tell(24_000 + LIMITS.queueNewsMs - 1);
    assert.deepEqual(queue.news(), ["eve place 1 6000"]);
    queue.standings.tell(40_000);
    assert.deepEqual([queue.news(), queue.state.waiting], [["eve place 1 0"], 1]);
  });
});
