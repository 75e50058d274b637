/** What was played, newest last. */
import { element } from "../../page/dom.ts";
import { type Card, isEight, suitName, suitOf } from "../cards.rules.ts";
import { cardSign, isRed } from "./card-face.ts";

/** Lines kept; the oldest go. */
const LINES_MAX = 60;

export class MoveLog {
  readonly root = element("ol", "log");

  constructor() {
    this.root.setAttribute("role", "log");
    this.root.ariaLabel = "What was played";
  }

  played(name: string, card: Card, suit: string): void {
    this.#add(name, " played ", signOf(card), isEight(card) ? ` and asked for ${suitName(suit)}` : "");
  }

  drew(name: string, card?: Card): void {
    this.#add(name, " drew ", card === undefined ? "a card" : signOf(card));
  }

  won(name: string, points: number): void {
    this.#add(name, ` won the round, ${points} points`).className = "log-won";
  }

  missed(count: number): void {
    this.#add("", `${count} earlier moves are not kept any more`);
  }

  #add(name: string, ...rest: (string | Node)[]): HTMLElement {
    const line = element("li", "", element("b", "", name), ...rest);
    this.root.append(line);
    while (this.root.children.length > LINES_MAX) this.root.firstElementChild!.remove();
    this.root.scrollTop = this.root.scrollHeight;
    return line;
  }
}

function signOf(card: Card): HTMLElement {
  const sign = element("span", "log-card", cardSign(card));
  sign.dataset.red = String(isRed(suitOf(card)));
  return sign;
}
