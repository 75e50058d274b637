/** The own hand: one button a card. Those that may be played stand up; one that was played is grey until its answer is here. */
import { element } from "../../page/dom.ts";
import { type Card, cardName, sortedHand } from "../cards.rules.ts";
import { cardFace } from "./card-face.ts";

/** From this many cards on they are drawn smaller. */
const MANY = 10;

export interface HandLooks {
  readonly isOwnTurn: boolean;
  readonly playable: ReadonlySet<Card>;
  readonly waiting: ReadonlySet<Card>;
}

export class HandView {
  readonly root = element("div", "hand");
  readonly #onPress: (card: Card) => void;
  readonly #buttons = new Map<Card, HTMLButtonElement>();

  constructor(onPress: (card: Card) => void) {
    this.#onPress = onPress;
    this.root.setAttribute("role", "group");
    this.root.ariaLabel = "Your hand";
  }

  update(hand: Iterable<Card>, { isOwnTurn, playable, waiting }: HandLooks): void {
    const cards = sortedHand(hand);
    for (const [card, shown] of this.#buttons) {
      if (cards.includes(card)) continue;
      shown.remove();
      this.#buttons.delete(card);
    }
    for (const [index, card] of cards.entries()) {
      const shown = this.#buttonOf(card);
      if (this.root.children[index] !== shown) this.root.insertBefore(shown, this.root.children[index] ?? null);
      shown.dataset.playable = String(playable.has(card));
      shown.dataset.waiting = String(waiting.has(card));
    }
    this.root.dataset.turn = String(isOwnTurn);
    this.root.dataset.many = String(cards.length >= MANY);
  }

  #buttonOf(card: Card): HTMLButtonElement {
    const known = this.#buttons.get(card);
    if (known !== undefined) return known;
    const made = element("button", "hand-card", cardFace(card));
    made.type = "button";
    made.ariaLabel = cardName(card);
    made.dataset.card = card;
    made.addEventListener("click", () => this.#onPress(card));
    this.#buttons.set(card, made);
    return made;
  }
}
