/** How a bot plays: the most expensive card that fits, its eights last; it asks for the suit it holds most of. */
import { type BotMoment, type BotView, defineBot } from "@ninelives/loadtest";
import { type Card, type Face, fits, handPoints, isEight, SUITS, type Suit, suitOf } from "./cards.rules.ts";
import { Cards } from "./cards.type.ts";

/** Chance of a move per thought: at 10 Hz about one a second. */
const HASTE = 0.1;
const NAMES = ["Agatha", "Blaise", "Carla", "Denis", "Emmy", "Felix", "Gerta", "Hugo"];

export type Move =
  | { readonly kind: "play"; readonly card: Card; readonly suit?: Suit }
  | { readonly kind: "draw" }
  | { readonly kind: "pass" };

/** Over a connection one move at a time: the next thought may come before the answer. */
const unanswered = new WeakSet<BotView<typeof Cards>>();

export default defineBot(Cards, {
  join: (index) => ({ name: `${botName(index)} ${index}` }),
  think(room, { random }: BotMoment) {
    const { state, sessionId } = room;
    const seat = state.seats.get(sessionId);
    if (seat === undefined || state.phase !== "playing" || state.turn !== sessionId) return undefined;
    if (unanswered.has(room) || random() > HASTE) return undefined;
    unanswered.add(room);
    // Refused when the turn ran out on the way; the next thought sees that.
    void give(room, chooseMove(seat.hand, seat.drawn, state))
      .catch(() => {})
      .finally(() => unanswered.delete(room));
    return undefined;
  },
});

export function botName(index: number): string {
  return NAMES[index % NAMES.length]!;
}

/** `drawn`: the card drawn in this turn, or "". */
export function chooseMove(hand: Iterable<Card>, drawn: Card, face: Readonly<Face>): Move {
  const held = [...hand];
  const best = held
    .filter((card) => (drawn === "" || card === drawn) && fits(card, face))
    .sort((a, b) => keepFor(a) - keepFor(b))[0];
  if (best === undefined) return { kind: drawn === "" ? "draw" : "pass" };
  if (!isEight(best)) return { kind: "play", card: best };
  const countOf = (suit: Suit) => held.filter((card) => card !== best && suitOf(card) === suit).length;
  return {
    kind: "play",
    card: best,
    suit: SUITS.reduce((most, suit) => (countOf(suit) > countOf(most) ? suit : most)),
  };
}

/** Low: goes first. */
function keepFor(card: Card): number {
  return isEight(card) ? 0 : -handPoints([card]);
}

async function give(room: BotView<typeof Cards>, move: Move): Promise<unknown> {
  if (move.kind === "play") return room.command?.("play", { card: move.card, suit: move.suit });
  return room.command?.(move.kind, {});
}
