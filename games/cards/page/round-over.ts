/** Between two rounds: who won, what it brought, and how everyone stands. */
import { element, setText } from "../../page/dom.ts";
import type { CardsState } from "../cards.type.ts";

export class RoundOver {
  readonly root = element("section", "over");
  readonly #title = element("h2");
  readonly #line = element("p", "over-line");
  readonly #scores = element("ol", "over-scores");
  readonly #next = element("p", "over-next");
  #shownRound = 0;

  constructor() {
    this.root.append(this.#title, this.#line, this.#scores, this.#next);
    this.root.setAttribute("role", "status");
    this.root.hidden = true;
  }

  update({ phase, round, seats, winner, winnerPoints, endsMs }: CardsState, sessionId: string, roomMs: number): void {
    this.root.hidden = phase !== "over";
    if (phase !== "over") {
      this.#shownRound = 0;
      return;
    }
    setText(this.#next, `Next round in ${Math.max(0, Math.ceil((endsMs - roomMs) / 1000))}`);
    if (this.#shownRound === round) return;
    this.#shownRound = round;
    setText(
      this.#title,
      winner === sessionId ? "You won the round" : `${seats.get(winner)?.name ?? "Somebody"} won the round`,
    );
    setText(this.#line, `${winnerPoints} points for the cards the others held`);
    const ranked = [...seats].sort(([, a], [, b]) => b.score - a.score);
    this.#scores.replaceChildren(
      ...ranked.map(([id, { name, score }]) => {
        const line = element(
          "li",
          "",
          element("span", "", id === sessionId ? "You" : name),
          element("b", "", String(score)),
        );
        line.dataset.self = String(id === sessionId);
        return line;
      }),
    );
  }
}
