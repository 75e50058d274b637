/** What lies over the match for a while: shot down, round over. Each shows itself when the state says so. */
import { ranking } from "../arena.sim.ts";
import type { ArenaState, Ship } from "../arena.type.ts";
import { button, element, setText } from "../../page/dom.ts";
import { type FeedName, nameTag } from "./kill-feed.ts";
import type { Scoreboard } from "./scoreboard.ts";

export class DeathScreen {
  readonly root = element("section", "overlay death");
  readonly #by = element("p", "overlay-line");
  readonly #count = element("p", "death-count");

  constructor(onRespawn: () => void) {
    const respawn = button("overlay-button", "Respawn now", "Space", onRespawn);
    this.root.append(element("h2", "", "Shot down"), this.#by, this.#count, respawn);
  }

  killedBy(killer: FeedName | undefined): void {
    this.#by.replaceChildren(...(killer === undefined ? [] : ["by ", nameTag(killer)]));
  }

  update(ship: Ship | undefined, playing: boolean, serverNowMs: number): void {
    this.root.hidden = ship === undefined || ship.alive || !playing;
    if (this.root.hidden) return;
    const leftMs = Math.max(0, ship!.respawnAtMs - serverNowMs);
    setText(this.#count, (leftMs / 1000).toFixed(1));
  }
}

export class RoundScreen {
  readonly root = element("section", "overlay round");
  readonly #winner = element("h2");
  readonly #next = element("p", "overlay-line");
  readonly #place = element("div", "round-scores");
  readonly #board: Scoreboard;

  constructor(board: Scoreboard) {
    this.#board = board;
    this.root.append(this.#winner, this.#next, this.#place);
  }

  update(state: ArenaState, selfId: string, serverNowMs: number): void {
    this.root.hidden = state.playing;
    if (this.root.hidden) return;
    if (this.#board.root.parentElement !== this.#place) this.#place.append(this.#board.root);
    const [first] = ranking(state.ships);
    setText(
      this.#winner,
      first === undefined ? "Round over" : first[0] === selfId ? "You win" : `${first[1].name} wins`,
    );
    setText(this.#next, `Next round in ${Math.max(0, Math.ceil((state.phaseEndsMs - serverNowMs) / 1000))}`);
  }
}
