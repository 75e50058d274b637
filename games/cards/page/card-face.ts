/** Cards as elements. */
import { element } from "../../page/dom.ts";
import { type Card, rankOf, type Suit, suitOf } from "../cards.rules.ts";

const SIGNS: Readonly<Record<Suit, string>> = { C: "♣", D: "♦", H: "♥", S: "♠" };

/** The sign as text, not as a coloured picture: U+FE0E asks for that. */
export function suitSign(suit: string): string {
  return `${SIGNS[suit as Suit] ?? ""}\uFE0E`;
}

/** `10♥` */
export function cardSign(card: Card): string {
  return `${rankSign(card)}${suitSign(suitOf(card))}`;
}

export function isRed(suit: string): boolean {
  return suit === "D" || suit === "H";
}

export function cardFace(card: Card): HTMLElement {
  const corner = element("span", "card-corner", element("b", "", rankSign(card)), suitSign(suitOf(card)));
  const middle = element("span", "card-middle", "JQK".includes(rankOf(card)) ? rankOf(card) : suitSign(suitOf(card)));
  const face = element("span", "card", corner, middle);
  face.dataset.red = String(isRed(suitOf(card)));
  return face;
}

export function cardBack(): HTMLElement {
  return element("span", "card card-back");
}

function rankSign(card: Card): string {
  return rankOf(card) === "T" ? "10" : rankOf(card);
}
