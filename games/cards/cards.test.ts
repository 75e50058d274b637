/** The card table: who sits at it, who sees what, whose move counts. */
import assert from "node:assert/strict";
import { afterEach, describe, it } from "mocha";
import { pump } from "../../test/support/test-host.ts";
import { settle, until } from "../../test/support/until.ts";
import { fullDeck, sortedHand } from "./cards.rules.ts";
import { Cards } from "./cards.type.ts";
import { Guest } from "./test/guest.ts";
import { STEP_MS, TableStage } from "./test/table-stage.ts";

describe("the card table", () => {
  let stage: TableStage;
  afterEach(() => stage.host.stop());

  async function seat(people: number, tuning: string): Promise<Guest[]> {
    stage = await TableStage.open(people, tuning);
    return stage.guests;
  }

  it("[CA1] a lone visitor plays at once against a bot, and the bot plays back", async () => {
    const [ada] = await seat(1, "fillTo: 2");
    await stage.ticks(2);
    const { state } = ada!.room;
    assert.deepEqual([state.phase, state.turn, state.seats.size], ["playing", ada!.room.sessionId, 2]);
    assert.equal(ada!.seat!.hand.length, 5);
    const moves: string[] = [];
    ada!.room.on("played", ({ by }) => moves.push(by));
    ada!.room.on("drew", ({ by }) => moves.push(by));
    while (state.turn === ada!.room.sessionId) await stage.move(ada!);
    const [bot] = [...state.seats].find(([, { bot: isBot }]) => isBot)!;
    await stage.ticksUntil("the bot's turn", () => stage.table.state.turn !== bot, 60);
    await until("the bot's move", () => moves.includes(bot));
  });

  it("[CA1] a bot gives its place to a person: at once at a full table, else when the round is over", async () => {
    await seat(2, "fillTo: 4\nroundPauseSeconds: 1");
    await stage.ticks(3);
    const census = () => [...stage.table.state.seats.values()].map(({ bot }) => (bot ? "bot" : "person")).sort();
    assert.deepEqual(census(), ["bot", "bot", "person", "person"]);
    await stage.newcomer();
    assert.deepEqual(census(), ["bot", "person", "person", "person"]);
    assert.equal(stage.seatOf(stage.guests[2]!).hand.length, 5, "dealt in at once");
    assert.deepEqual(sortedHand(stage.allCards()), fullDeck());

    await stage.host.stop();
    await seat(1, "fillTo: 2\nroundPauseSeconds: 1");
    await stage.ticks(2);
    const cy = await stage.newcomer();
    assert.deepEqual(census(), ["bot", "person", "person"]);
    stage.hold(stage.guests[0]!, ["2H"], "KH");
    await pump(stage.clock, stage.guests[0]!.room.command("play", { card: "2H" }));
    await stage.ticksUntil("the next round", () => stage.table.state.round === 2);
    assert.deepEqual(census(), ["person", "person"]);
    assert.equal(stage.seatOf(cy).hand.length, 5);
  });

  it("[CA2] over whole rounds every card on a player's wire is one this player may see, and the deck is on none", async () => {
    const people = await seat(3, "fillTo: 4\nroundPauseSeconds: 1\nbotThinkSeconds: 0.2");
    await stage.ticksUntil("a round", () => stage.table.state.phase === "playing");
    const allowed = new Map(people.map((guest) => [guest, new Set<string>()]));
    const seen = new Map(people.map((guest) => [guest, 0]));
    let round = 0;
    for (const guest of people) guest.takeCardsOnWire();
    while (stage.table.state.round < 4) {
      const mover = stage.inTurn();
      if (mover !== undefined) await stage.move(mover);
      else await stage.ticks();
      await settle();
      if (round !== stage.table.state.round) {
        round = stage.table.state.round;
        for (const cards of allowed.values()) cards.clear();
      }
      for (const [guest, cards] of allowed) {
        for (const card of [stage.table.state.top, ...stage.seatOf(guest).hand]) cards.add(card);
        const onWire = guest.takeCardsOnWire();
        seen.set(guest, seen.get(guest)! + onWire.length);
        const leaked = onWire.filter((card) => !cards.has(card));
        assert.deepEqual(leaked, [], `round ${round}: on the wire of ${guest.room.sessionId}`);
      }
    }
    for (const count of seen.values()) assert.ok(count > 30, `${count} cards seen: the wire was not read`);
  });

  it("[CA2] a hand is decoded by its owner only, card by card as it is, also after a return", async () => {
    const [ada, bob] = await seat(2, "fillTo: 0\nroundPauseSeconds: 1");
    await stage.ticksUntil("a round", () => stage.table.state.phase === "playing");
    for (let step = 0; step < 60; step++) {
      const mover = stage.inTurn();
      if (mover !== undefined) await stage.move(mover);
      await stage.ticks(mover === undefined ? 5 : 1);
      if (step % 20 === 10) {
        ada!.goOffline();
        await until("the drop", () => stage.seatOf(ada!).away || (stage.clock.advance(STEP_MS), false));
        ada!.goOnline();
        await until("the return", () => !stage.seatOf(ada!).away || (stage.clock.advance(STEP_MS), false));
      }
      for (const [guest, other] of [
        [ada!, bob!],
        [bob!, ada!],
      ] as const) {
        await until("the hand as it is", () => String(guest.seat!.hand) === String(stage.seatOf(guest).hand));
        const shown = guest.room.state.seats.get(other.room.sessionId)!;
        assert.deepEqual([[...(shown.hand ?? [])], shown.drawn], [[], undefined]);
        assert.equal(shown.handCount, stage.seatOf(other).hand.length);
      }
    }
  });

  it("[CA3] an illegal move is refused with a sentence and changes nothing", async () => {
    const [ada, bob] = await seat(2, "fillTo: 0\nturnSeconds: 600");
    await stage.ticksUntil("a round", () => stage.table.state.phase === "playing");
    stage.hold(ada!, ["2S", "8C", "AH"], "TH", "5H");
    stage.table.state.nowMs = 0;
    await stage.ticks(Cards.tickHz);
    const refused = async (guest: Guest, name: "play" | "draw" | "pass", payload: object, message: string) => {
      const before = { ...JSON.parse(stage.whole()) };
      const asked = guest.room.command(name, payload as never);
      await pump(stage.clock, assert.rejects(asked, { name: "COMMAND_REFUSED", message }));
      const later = JSON.parse(stage.whole());
      later[0].nowMs = before[0].nowMs;
      assert.deepEqual({ ...later }, before);
    };
    await refused(bob!, "draw", {}, "It is not your turn.");
    await refused(bob!, "play", { card: stage.seatOf(bob!).hand[0] }, "It is not your turn.");
    await refused(ada!, "play", { card: "2S" }, "The 2 of spades does not fit: play hearts, a 10 or an eight.");
    await refused(ada!, "play", { card: "8C" }, "Name a suit for your eight.");
    await refused(ada!, "play", { card: stage.seatOf(bob!).hand[0] }, "You do not hold that card.");
    await refused(ada!, "pass", {}, "Draw a card before you pass.");
    const nonsense = ada!.room.command("play", { card: "1X" } as never);
    await pump(stage.clock, assert.rejects(nonsense, { name: "COMMAND_INVALID" }));
    assert.deepEqual(await pump(stage.clock, ada!.room.command("draw", {})), { card: "5H", fits: true });
    await refused(ada!, "draw", {}, "You have drawn already: play that card, or pass.");
    await refused(ada!, "play", { card: "AH" }, "You drew the 5 of hearts: play that one, or pass.");
    assert.deepEqual(await pump(stage.clock, ada!.room.command("pass", {})), {});
    assert.equal(stage.table.state.turn, bob!.room.sessionId);
  });
});
