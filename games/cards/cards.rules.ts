/**
 * The game's rules, without a room: what fits, what a hand costs, how cards move. A card is two characters, rank and suit:
 * `8H`, `TD`, `KS`. Cards only ever move from one place to another: deck, pile, top and hands are 52 at any time.
 */
export const SUITS = ["C", "D", "H", "S"] as const;
export const RANKS = ["A", "2", "3", "4", "5", "6", "7", "8", "9", "T", "J", "Q", "K"] as const;
export type Suit = (typeof SUITS)[number];
export type Card = string;

/** A row of cards: an array, or an array of a schema. */
export interface Cards extends Iterable<Card> {
  readonly length: number;
  push(...cards: Card[]): number;
  pop(): Card | undefined;
  splice(start: number, count: number): unknown;
  indexOf(card: Card): number;
}

/** Face-down cards: the deck, and the pile below its top. */
export interface Stock {
  readonly deck: Cards;
  readonly pile: Cards;
}

/** What the next card has to fit: the top of the pile, and its suit or the one an eight asked for. */
export interface Face {
  top: Card;
  suit: string;
}

/** A whole number, uniform in [0, count). */
export type Chance = (count: number) => number;

const SUIT_NAMES: Readonly<Record<string, string>> = { C: "clubs", D: "diamonds", H: "hearts", S: "spades" };
const RANK_NAMES: Readonly<Record<string, string>> = { A: "ace", T: "10", J: "jack", Q: "queen", K: "king" };
const RANK_POINTS: Readonly<Record<string, number>> = { A: 1, "8": 50, T: 10, J: 10, Q: 10, K: 10 };

export function fullDeck(): Card[] {
  return SUITS.flatMap((suit) => RANKS.map((rank) => rank + suit));
}

export function rankOf(card: Card): string {
  return card.slice(0, 1);
}

export function suitOf(card: Card): string {
  return card.slice(1);
}

export function isEight(card: Card): boolean {
  return rankOf(card) === "8";
}

/** `10 of diamonds` */
export function cardName(card: Card): string {
  return `${rankName(card)} of ${suitName(suitOf(card))}`;
}

export function rankName(card: Card): string {
  return RANK_NAMES[rankOf(card)] ?? rankOf(card);
}

export function suitName(suit: string): string {
  return SUIT_NAMES[suit] ?? suit;
}

export function fits(card: Card, { top, suit }: Readonly<Face>): boolean {
  return isEight(card) || suitOf(card) === suit || rankOf(card) === rankOf(top);
}

/** Why this card may not be played now, as a sentence; undefined when it may. `drawn`: the card drawn in this turn, or "". */
export function whyNotPlay(
  hand: Cards,
  drawn: Card,
  card: Card,
  suit: string | undefined,
  face: Readonly<Face>,
): string | undefined {
  if (hand.indexOf(card) < 0) return "You do not hold that card.";
  if (drawn !== "" && card !== drawn) return `You drew the ${cardName(drawn)}: play that one, or pass.`;
  if (!fits(card, face)) {
    return `The ${cardName(card)} does not fit: play ${suitName(face.suit)}${orRank(face.top)} or an eight.`;
  }
  if (isEight(card) && suit === undefined) return "Name a suit for your eight.";
  return undefined;
}

function orRank(top: Card): string {
  return isEight(top) ? "" : `, ${rankOf(top) === "A" ? "an" : "a"} ${rankName(top)}`;
}

/** Puts a card of the hand on the pile. It must fit. */
export function lay(face: Face, stock: Stock, hand: Cards, card: Card, suit: string | undefined): void {
  hand.splice(hand.indexOf(card), 1);
  stock.pile.push(face.top);
  face.top = card;
  face.suit = isEight(card) ? suit! : suitOf(card);
}

/** Takes the deck's uppermost card; an empty deck is made of the pile first. undefined: every other card is in a hand. */
export function draw(stock: Stock, chance: Chance): Card | undefined {
  if (stock.deck.length === 0) {
    refill(stock.deck, shuffled(stock.pile, chance));
    refill(stock.pile, []);
  }
  return stock.deck.pop();
}

/** Whether {@link draw} would find a card. */
export function canDraw({ deck, pile }: Stock): boolean {
  return deck.length + pile.length > 0;
}

export interface Deal {
  readonly hands: readonly (readonly Card[])[];
  readonly deck: readonly Card[];
  /** The first card of the pile, never an eight. */
  readonly top: Card;
}

export function deal(players: number, handSize: number, chance: Chance): Deal {
  const deck = shuffled(fullDeck(), chance);
  const hands = Array.from({ length: players }, () => deck.splice(-handSize, handSize));
  const [top] = deck.splice(
    deck.findIndex((card) => !isEight(card)),
    1,
  );
  return { hands, deck, top: top! };
}

/** What a hand is worth to whoever went out: an eight 50, a ten or a picture 10, any other its number. */
export function handPoints(hand: Iterable<Card>): number {
  let points = 0;
  for (const card of hand) points += RANK_POINTS[rankOf(card)] ?? Number(rankOf(card));
  return points;
}

export function refill(cards: Cards, fresh: readonly Card[]): void {
  cards.splice(0, cards.length);
  cards.push(...fresh);
}

/** By suit, then by rank: how a hand is held. */
export function sortedHand(hand: Iterable<Card>): Card[] {
  const order = fullDeck();
  return [...hand].sort((a, b) => order.indexOf(a) - order.indexOf(b));
}

export function shuffled(cards: Iterable<Card>, chance: Chance): Card[] {
  const mixed = [...cards];
  for (let last = mixed.length - 1; last > 0; last--) {
    const other = chance(last + 1);
    [mixed[last], mixed[other]] = [mixed[other]!, mixed[last]!];
  }
  return mixed;
}
