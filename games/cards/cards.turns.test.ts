/** Turns and rounds at the card table, and what a drop costs there: nothing. */
import assert from "node:assert/strict";
import { afterEach, describe, it } from "mocha";
import { pump } from "../../test/support/test-host.ts";
import { settle, until } from "../../test/support/until.ts";
import { fits, fullDeck, handPoints, isEight, sortedHand } from "./cards.rules.ts";
import type { Guest } from "./test/guest.ts";
import { STEP_MS, TableStage } from "./test/table-stage.ts";

describe("turns at the card table", () => {
  let stage: TableStage;
  afterEach(() => stage.host.stop());

  async function seat(people: number, tuning: string): Promise<Guest[]> {
    stage = await TableStage.open(people, tuning);
    return stage.guests;
  }

  it("[CA4] the turn runs out while a player is away: the room draws and passes; seat, hand and score are there after the return", async () => {
    const [ada, bob] = await seat(2, "fillTo: 0\nturnSeconds: 600");
    await stage.ticksUntil("a round", () => stage.table.state.phase === "playing");
    stage.hold(ada!, ["2S", "9C", "AH"], "TH");
    stage.seatOf(ada!).score = 17;
    await stage.ticks();
    ada!.goOffline();
    await stage.ticksUntil("the drop", () => stage.seatOf(ada!).away);
    const endsMs = stage.endTurnIn(2_000);
    await stage.ticksUntil("the last moment", () => stage.table.clock.elapsedTime >= endsMs - STEP_MS);
    assert.deepEqual([stage.table.state.turn, stage.table.state.endsMs], [ada!.room.sessionId, endsMs]);
    await stage.ticks();
    assert.equal(stage.table.state.turn, bob!.room.sessionId);
    const { sessionId } = ada!.room;
    ada!.goOnline();
    await stage.ticksUntil("the return", () => !stage.seatOf(ada!).away);
    await until("her state", () => ada!.seat?.hand.length === 4);
    assert.equal(ada!.room.sessionId, sessionId);
    assert.deepEqual([...ada!.seat!.hand].slice(0, 3), ["2S", "9C", "AH"]);
    assert.deepEqual([ada!.seat!.score, ada!.seat!.place, ada!.seat!.handCount], [17, 0, 4]);
    assert.deepEqual(sortedHand(stage.allCards()), fullDeck());
  });

  it("[CA4] moves made offline are applied once and in order, if they are still legal, else refused", async () => {
    const [ada, bob] = await seat(2, "fillTo: 0\nturnSeconds: 600");
    await stage.ticksUntil("a round", () => stage.table.state.phase === "playing");
    stage.hold(ada!, ["2S", "3H", "AH"], "TH");
    await stage.ticks();
    const played: string[] = [];
    bob!.room.on("played", ({ card }) => played.push(card));
    ada!.goOffline();
    await stage.ticksUntil("the drop", () => stage.seatOf(ada!).away);
    const first = ada!.room.command("play", { card: "3H" });
    const second = assert.rejects(ada!.room.command("play", { card: "AH" }), { message: "It is not your turn." });
    assert.deepEqual(
      ada!.room.pending.map(({ payload }) => payload),
      [{ card: "3H" }, { card: "AH" }],
    );
    await stage.ticks(5);
    assert.equal(stage.seatOf(ada!).hand.length, 3);
    ada!.goOnline();
    assert.deepEqual(await pump(stage.clock, first), { left: 2 });
    await pump(stage.clock, second);
    assert.deepEqual([[...stage.seatOf(ada!).hand], stage.table.state.top], [["2S", "AH"], "3H"]);

    stage.table.state.turn = ada!.room.sessionId;
    ada!.goOffline();
    await stage.ticksUntil("the drop", () => stage.seatOf(ada!).away);
    const late = assert.rejects(ada!.room.command("play", { card: "AH" }), { message: "It is not your turn." });
    stage.endTurnIn(1_000);
    await stage.ticksUntil("the end of her turn", () => stage.table.state.turn === bob!.room.sessionId);
    ada!.goOnline();
    await pump(stage.clock, late);
    await until("the events", () => played.length === 1);
    assert.deepEqual(played, ["3H"]);
    assert.deepEqual(sortedHand(stage.allCards()), fullDeck());
  });

  it("[CA5] a round is won with the last card and scores the others' hands; a new one is dealt after the pause", async () => {
    const [ada, bob] = await seat(2, "fillTo: 0\nroundPauseSeconds: 100\nhandSize: 7");
    await stage.ticksUntil("a round", () => stage.table.state.phase === "playing");
    stage.hold(ada!, ["8C"], "TH");
    await stage.ticks();
    const won: unknown[] = [];
    bob!.room.on("roundWon", (round) => won.push(round));
    const points = handPoints(stage.seatOf(bob!).hand);
    assert.deepEqual(await pump(stage.clock, ada!.room.command("play", { card: "8C", suit: "S" })), { left: 0 });
    const { state } = stage.table;
    assert.deepEqual([state.phase, state.top, state.suit, state.turn], ["over", "8C", "S", ""]);
    assert.deepEqual([stage.seatOf(ada!).score, stage.seatOf(bob!).score, state.winnerPoints], [points, 0, points]);
    await until("the event", () => won.length === 1);
    assert.deepEqual(won, [{ by: ada!.room.sessionId, name: "P1", points, round: 1 }]);
    await pump(stage.clock, assert.rejects(bob!.room.command("draw", {}), { message: "The round is over." }));
    const endsMs = state.endsMs;
    await stage.ticksUntil("the next round", () => state.round === 2);
    assert.ok(Math.abs(stage.table.clock.elapsedTime - endsMs) <= STEP_MS);
    assert.deepEqual([state.phase, state.turn], ["playing", ada!.room.sessionId]);
    for (const guest of stage.guests) assert.equal(stage.seatOf(guest).hand.length, 7);
    assert.equal(isEight(state.top), false);
    assert.deepEqual(sortedHand(stage.allCards()), fullDeck());
  });

  it("[CA5] bots, drops and goodbyes: over many rounds the cards are 52 at every tick, and every turn is somebody's", async () => {
    await seat(2, "fillTo: 4\nroundPauseSeconds: 1\nbotThinkSeconds: 0.2\nturnSeconds: 3");
    await stage.ticks(3);
    for (let tick = 0; stage.table.state.round < 6; tick++) {
      assert.ok(tick < 6_000, "rounds end");
      stage.clock.advance(STEP_MS);
      if (tick % 10 === 0) await settle(1);
      if (tick === 200) await pump(stage.clock, stage.guests[1]!.room.leave());
      assert.deepEqual(sortedHand(stage.allCards()), fullDeck());
      const { turn, phase, top, suit } = stage.table.state;
      assert.equal(stage.table.state.seats.has(turn), phase === "playing");
      assert.ok(isEight(top) || fits(top, { top, suit }));
    }
    assert.equal(stage.host.logText().includes('"level":50'), false, "errors in the log");
  });
});
