/** The rules of the card game: what fits, what a hand costs, and that no card is ever lost or doubled. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import {
  canDraw,
  type Card,
  type Chance,
  deal,
  draw,
  type Face,
  fits,
  fullDeck,
  handPoints,
  isEight,
  lay,
  sortedHand,
  SUITS,
  suitOf,
  whyNotPlay,
} from "./cards.rules.ts";

/** Chance that a property test picks, shrinks and prints. */
const chances = fc.infiniteStream(fc.nat()).map(
  (stream): Chance =>
    (count) =>
      stream.next().value! % count,
);
const face = (top: Card, suit = suitOf(top)): Face => ({ top, suit });

describe("a card", () => {
  it("fits by suit, by rank, or because it is an eight", () => {
    assert.deepEqual(
      ["2H", "KS", "8C", "2S"].map((card) => fits(card, face("KH"))),
      [true, true, true, false],
    );
  });

  it("fits the suit an eight asked for, not the eight's own", () => {
    assert.equal(fits("2S", face("8H", "S")), true);
    assert.equal(fits("2H", face("8H", "S")), false);
  });

  it("that may not be played is refused with a sentence that says what may", () => {
    const hand = ["2S", "8C", "AH"];
    const why = (card: Card, suit?: string, drawn = "") => whyNotPlay(hand, drawn, card, suit, face("TH"));
    assert.equal(why("KD"), "You do not hold that card.");
    assert.equal(why("2S"), "The 2 of spades does not fit: play hearts, a 10 or an eight.");
    assert.equal(why("8C"), "Name a suit for your eight.");
    assert.equal(why("AH", undefined, "2S"), "You drew the 2 of spades: play that one, or pass.");
    assert.equal(
      whyNotPlay(hand, "", "AH", undefined, face("8H", "S")),
      "The ace of hearts does not fit: play spades or an eight.",
    );
    assert.equal(why("AH"), undefined);
    assert.equal(why("8C", "D"), undefined);
  });
});

describe("a hand", () => {
  it("costs 50 for an eight, 10 for a ten or a picture, 1 for an ace, else its number", () => {
    assert.equal(handPoints(["8S", "TH", "KC", "AD", "7H"]), 50 + 10 + 10 + 1 + 7);
    assert.equal(handPoints([]), 0);
  });

  it("is held by suit, then by rank", () => {
    assert.deepEqual(sortedHand(["KH", "2C", "AH", "TH", "9C"]), ["2C", "9C", "AH", "TH", "KH"]);
  });
});

describe("a deal", () => {
  it("[CA5] gives everyone a hand and the pile a top that is no eight, of 52 different cards", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 4 }), fc.integer({ min: 2, max: 10 }), chances, (players, size, chance) => {
        const { hands, deck, top } = deal(players, size, chance);
        assert.deepEqual(
          hands.map((hand) => hand.length),
          Array(players).fill(size),
        );
        assert.equal(isEight(top), false);
        assert.deepEqual(sortedHand([...hands.flat(), ...deck, top]), fullDeck());
      }),
    );
  });
});

describe("a round", () => {
  it("[CA5] loses and doubles no card, whatever is played and drawn", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 4 }), chances, fc.boolean(), (players, chance, draws) => {
        const dealt = deal(players, 5, chance);
        const table = { ...face(dealt.top), deck: [...dealt.deck], pile: [] as Card[] };
        const hands = dealt.hands.map((hand) => [...hand]);
        for (let turn = 0; turn < 120; turn++) {
          const hand = hands[turn % players]!;
          const playable = hand.filter((card) => fits(card, table));
          const card = playable[chance(playable.length + 1)];
          const suit = SUITS[chance(4)]!;
          if (card !== undefined && !draws) {
            assert.equal(whyNotPlay(hand, "", card, suit, table), undefined);
            lay(table, table, hand, card, suit);
            assert.equal(table.suit, isEight(card) ? suit : suitOf(card));
          } else {
            const hadCards = canDraw(table);
            const drawn = draw(table, chance);
            assert.equal(drawn !== undefined, hadCards);
            if (drawn !== undefined) hand.push(drawn);
          }
          assert.deepEqual(sortedHand([...hands.flat(), ...table.deck, ...table.pile, table.top]), fullDeck());
          if (hand.length === 0) break;
        }
      }),
    );
  });

  it("goes on with the pile, shuffled, when the deck is empty; its top stays", () => {
    const table = { ...face("KH"), deck: [] as Card[], pile: ["2C", "3C", "4C"] };
    const drawn = draw(table, () => 0);
    assert.equal(drawn, "2C");
    assert.deepEqual(table, { ...face("KH"), deck: ["3C", "4C"], pile: [] });
  });
});
