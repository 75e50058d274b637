/** Which suit an eight asks for. */
import { button, element } from "../../page/dom.ts";
import { type Card, SUITS, type Suit, suitName } from "../cards.rules.ts";
import { isRed, suitSign } from "./card-face.ts";

export class SuitChooser {
  readonly root = element("section", "chooser");
  #card: Card | undefined;

  constructor(onChoose: (card: Card, suit: Suit) => void) {
    const choices = SUITS.map((suit) => {
      const made = button("chooser-suit", suitSign(suit), suitName(suit), () => {
        const card = this.#card;
        this.close();
        if (card !== undefined) onChoose(card, suit);
      });
      made.ariaLabel = suitName(suit);
      made.dataset.red = String(isRed(suit));
      return made;
    });
    const cancel = button("chooser-cancel", "Keep the eight", "Escape", () => this.close());
    this.root.append(element("p", "", "Ask for a suit"), element("div", "chooser-suits", ...choices), cancel);
    this.root.setAttribute("role", "dialog");
    this.root.ariaLabel = "Ask for a suit";
    this.root.hidden = true;
  }

  ask(card: Card): void {
    this.#card = card;
    this.root.hidden = false;
    this.root.querySelector("button")!.focus({ preventScroll: true });
  }

  close(): void {
    this.#card = undefined;
    this.root.hidden = true;
  }
}
