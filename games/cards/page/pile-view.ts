/** The middle of the table: the deck to draw from, the pile's top, and the suit that an eight asked for. */
import { element, setText } from "../../page/dom.ts";
import { cardName, suitName, suitOf } from "../cards.rules.ts";
import type { CardsState } from "../cards.type.ts";
import { cardBack, cardFace, isRed, suitSign } from "./card-face.ts";

export interface DeckLooks {
  readonly mayDraw: boolean;
  readonly isWaiting: boolean;
}

export class PileView {
  readonly root: HTMLElement;
  readonly #deck = element("button", "deck", cardBack());
  readonly #count = element("span", "deck-count");
  readonly #top = element("div", "pile");
  readonly #asked = element("div", "asked");
  readonly #askedSign = element("b", "asked-sign");
  readonly #askedName = element("span");
  #shown = "";

  constructor(onDraw: () => void) {
    this.#deck.type = "button";
    this.#deck.addEventListener("click", onDraw);
    this.#top.setAttribute("role", "img");
    this.#asked.append(this.#askedSign, this.#askedName);
    this.root = element("div", "middle", element("div", "deck-place", this.#deck, this.#count), this.#top, this.#asked);
  }

  update({ top, suit, deckCount }: CardsState, { mayDraw, isWaiting }: DeckLooks): void {
    if (top !== this.#shown) {
      this.#shown = top;
      // The one below stays until the new one lies: it drops onto it.
      const before = this.#top.lastElementChild;
      this.#top.replaceChildren(...(before === null ? [] : [before]), cardFace(top));
      this.#top.ariaLabel = `Top of the pile: ${cardName(top)}`;
    }
    setText(this.#count, `${deckCount} left`);
    this.#deck.dataset.ready = String(mayDraw);
    this.#deck.dataset.waiting = String(isWaiting);
    this.#deck.ariaLabel = "Draw a card from the deck";
    this.#asked.hidden = top === "" || suit === suitOf(top);
    setText(this.#askedSign, suitSign(suit));
    this.#askedSign.dataset.red = String(isRed(suit));
    setText(this.#askedName, `${suitName(suit)} asked for`);
  }
}
