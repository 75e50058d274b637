/** A card table on a real host whose clock is moved by hand, and the people at it. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineHost } from "@ninelives/server";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { pump, startTestHost, type TestHost } from "../../../test/support/test-host.ts";
import { settle } from "../../../test/support/until.ts";
import { chooseMove } from "../cards.bot.ts";
import { CardsRoom } from "../cards.room.ts";
import { fullDeck, sortedHand } from "../cards.rules.ts";
import { Cards, type Seat } from "../cards.type.ts";
import { Guest } from "./guest.ts";

export const STEP_MS = 1000 / Cards.tickHz;

export class TableStage {
  readonly clock: ManualClock;
  readonly host: TestHost;
  readonly guests: Guest[] = [];
  table!: CardsRoom;

  private constructor(host: TestHost, clock: ManualClock) {
    this.host = host;
    this.clock = clock;
  }

  /** A table of this many people; `tuning` as designers write it. */
  static async open(people: number, tuning: string): Promise<TableStage> {
    const dir = await mkdtemp(join(tmpdir(), "ninelives-cards-"));
    const file = join(dir, "cards.tuning.yaml");
    await writeFile(file, tuning);
    const clock = new ManualClock();
    const rooms = { cards: { type: Cards, room: CardsRoom, tuning: file } };
    const config = defineHost({ rooms, store: { kind: "memory" }, seatHoldSeconds: 3_600 });
    const stage = new TableStage(await startTestHost(config, { clock }), clock);
    await rm(dir, { recursive: true });
    for (let index = 0; index < people; index++) await stage.newcomer();
    return stage;
  }

  async newcomer(): Promise<Guest> {
    const { clock, host, guests } = this;
    const guest = await pump(clock, Guest.arrive(host.url, `P${guests.length + 1}`, guests[0]?.room.roomId));
    guests.push(guest);
    this.table = host.inside<CardsRoom>(guest.room.roomId);
    return guest;
  }

  async ticks(count = 1): Promise<void> {
    for (let tick = 0; tick < count; tick++) {
      this.clock.advance(STEP_MS);
      await settle();
    }
  }

  /** Ticks until it is so. */
  async ticksUntil(what: string, isSo: () => boolean, most = 2_000): Promise<void> {
    for (let tick = 0; !isSo(); tick++) {
      if (tick === most) assert.fail(`${most} ticks in vain: ${what}`);
      await this.ticks();
    }
  }

  seatOf({ room }: Guest): Seat {
    return this.table.state.seats.get(room.sessionId)!;
  }

  inTurn(): Guest | undefined {
    return this.guests.find(({ room }) => room.sessionId === this.table.state.turn);
  }

  /** The turn ends after so much of the room's time, however long tests gave it; returns when that is. */
  endTurnIn(ms: number): number {
    return (this.table.state.endsMs = Math.round(this.table.clock.elapsedTime) + ms);
  }

  allCards(): string[] {
    const { state, memory } = this.table;
    return [...memory.deck, ...memory.pile, state.top, ...[...state.seats.values()].flatMap(({ hand }) => [...hand])];
  }

  whole(): string {
    return JSON.stringify([this.table.state.toJSON(), this.table.memory.toJSON()]);
  }

  /** Puts these cards into a hand, from wherever they are; the cards that were there go into the deck, with `next` to be drawn first. */
  hold(guest: Guest, cards: readonly string[], top: string, next?: string): void {
    const { state, memory } = this.table;
    const others = this.allCards().filter((card) => ![...cards, top, next].includes(card));
    for (const other of state.seats.values()) {
      const hand = other === this.seatOf(guest) ? cards : others.splice(0, other.hand.length);
      other.hand.splice(0, other.hand.length);
      other.hand.push(...hand);
      other.handCount = hand.length;
    }
    state.assign({ top, suit: top.slice(1) });
    memory.pile.splice(0, memory.pile.length);
    memory.deck.splice(0, memory.deck.length);
    memory.deck.push(...others, ...(next === undefined ? [] : [next]));
    assert.deepEqual(sortedHand(this.allCards()), fullDeck());
  }

  /** Makes the move a bot would make, as this guest. */
  async move(guest: Guest): Promise<unknown> {
    const { hand, drawn } = guest.seat!;
    const chosen = chooseMove(hand, drawn, guest.room.state);
    if (chosen.kind !== "play") return pump(this.clock, guest.room.command(chosen.kind, {}));
    return pump(this.clock, guest.room.command("play", { card: chosen.card, suit: chosen.suit }));
  }
}
