/** Everyone else at the table, in the order of the turn: name, score, and the backs of their cards. */
import { element, setText } from "../../page/dom.ts";
import type { CardsState, Seat } from "../cards.type.ts";
import { cardBack } from "./card-face.ts";

/** Backs that are drawn; the number says the rest. */
const BACKS_MAX = 8;

class Other {
  readonly root: HTMLElement;
  readonly #name = element("b", "other-name");
  readonly #note = element("i", "other-note");
  readonly #score = element("span", "other-score");
  readonly #backs = element("div", "other-backs");
  readonly #count = element("span", "other-count");

  constructor() {
    const head = element("div", "other-head", this.#name, this.#note);
    this.root = element("li", "other", head, element("div", "other-hand", this.#backs, this.#count), this.#score);
  }

  update(seat: Seat, isInTurn: boolean): void {
    setText(this.#name, seat.name);
    setText(this.#note, seat.away ? "away" : seat.bot ? "bot" : "");
    setText(this.#score, `${seat.score} points`);
    setText(this.#count, String(seat.handCount));
    this.#count.ariaLabel = `${seat.handCount} cards`;
    const backs = Math.min(BACKS_MAX, seat.handCount);
    while (this.#backs.children.length > backs) this.#backs.lastElementChild!.remove();
    while (this.#backs.children.length < backs) this.#backs.append(cardBack());
    this.root.dataset.turn = String(isInTurn);
    this.root.dataset.away = String(seat.away);
  }
}

export class OthersView {
  readonly root = element("ul", "others");
  readonly #shown = new Map<string, Other>();

  update({ seats, turn }: CardsState, sessionId: string): void {
    const ownPlace = seats.get(sessionId)?.place ?? 0;
    const distance = (seat: Seat) => (seat.place - ownPlace + 16) % 16;
    const others = [...seats].filter(([id]) => id !== sessionId).sort(([, a], [, b]) => distance(a) - distance(b));
    for (const [id, other] of this.#shown) {
      if (seats.has(id)) continue;
      other.root.remove();
      this.#shown.delete(id);
    }
    for (const [index, [id, seat]] of others.entries()) {
      const other = this.#shown.get(id) ?? new Other();
      this.#shown.set(id, other);
      if (this.root.children[index] !== other.root) {
        this.root.insertBefore(other.root, this.root.children[index] ?? null);
      }
      other.update(seat, turn === id);
    }
  }
}
