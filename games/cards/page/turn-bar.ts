/** Whose turn it is, what may be done, and the time that is left. */
import { element, setText } from "../../page/dom.ts";
import { cardName } from "../cards.rules.ts";
import type { CardsState } from "../cards.type.ts";

/** From here on the bar is red, part of the turn. */
const HURRY = 0.25;

export interface TurnLooks {
  readonly isWaiting: boolean;
  readonly isConnected: boolean;
  readonly canPlay: boolean;
}

export class TurnBar {
  readonly root: HTMLElement;
  readonly #text = element("p", "turn-text");
  readonly #fill = element("div", "turn-fill");
  readonly #bar = element("div", "turn-bar", this.#fill);

  constructor() {
    this.#text.setAttribute("role", "status");
    this.root = element("div", "turn", this.#text, this.#bar);
  }

  update(state: CardsState, sessionId: string, looks: TurnLooks): void {
    const isOwn = state.turn === sessionId && state.phase === "playing";
    setText(this.#text, isOwn ? ownText(state, sessionId, looks) : othersText(state));
    this.root.dataset.own = String(isOwn);
    this.#bar.dataset.idle = String(state.phase !== "playing");
  }

  frame({ phase, endsMs, turnMs }: CardsState, roomMs: number): void {
    const left = phase === "playing" ? Math.min(1, Math.max(0, (endsMs - roomMs) / turnMs)) : 0;
    this.#fill.style.scale = `${left} 1`;
    this.#fill.dataset.hurry = String(left < HURRY);
  }
}

function ownText(state: CardsState, sessionId: string, { isWaiting, isConnected, canPlay }: TurnLooks): string {
  if (isWaiting) return isConnected ? "Your turn" : "Your move is kept, and made when the connection is back";
  const drawn = state.seats.get(sessionId)?.drawn ?? "";
  if (drawn !== "") return `You drew the ${cardName(drawn)}: play it, or pass`;
  if (state.hasDrawn) return "Your turn: pass";
  return canPlay ? "Your turn: play a raised card, or draw" : "Your turn: nothing fits, draw a card";
}

function othersText({ phase, turn, seats, hasDrawn }: CardsState): string {
  if (phase === "waiting") return "Waiting for a second player";
  if (phase === "over") return "The round is over";
  const name = seats.get(turn)?.name ?? "Somebody";
  return hasDrawn ? `${name} drew, and thinks` : `${name} to play`;
}
