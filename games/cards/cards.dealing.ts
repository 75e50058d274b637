/** Dealing at a table: a whole round, or one who comes while it is played. */
import { canDraw, type Chance, deal, draw, refill, suitOf } from "./cards.rules.ts";
import { inOrder } from "./cards.seats.ts";
import type { CardsMemory, CardsState, Seat } from "./cards.type.ts";

type Memory = InstanceType<typeof CardsMemory>;

/** What everyone may know of a hand and of the deck: how many. */
export function count(seat: Seat, state: CardsState, memory: Memory): void {
  seat.handCount = seat.hand.length;
  state.deckCount = memory.deck.length;
}

/** Everyone a new hand, the pile its first card. Returns who sits first. */
export function dealRound(state: CardsState, memory: Memory, handSize: number, chance: Chance): string {
  const ids = inOrder(state.seats);
  const dealt = deal(ids.length, handSize, chance);
  state.top = dealt.top;
  state.suit = suitOf(dealt.top);
  refill(memory.deck, dealt.deck);
  refill(memory.pile, []);
  for (const [index, id] of ids.entries()) {
    const seat = state.seats.get(id)!;
    refill(seat.hand, dealt.hands[index]!);
    count(seat, state, memory);
  }
  return ids[0]!;
}

/** A hand from the deck, as far as it goes. */
export function dealIn(seat: Seat, state: CardsState, memory: Memory, handSize: number, chance: Chance): void {
  for (let dealt = 0; dealt < handSize && canDraw(memory); dealt++) seat.hand.push(draw(memory, chance)!);
  count(seat, state, memory);
}
