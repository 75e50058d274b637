/** The table of everyone in the match: shown while Tab is held, after its button, and when a round is over. */
import { ranking } from "../arena.sim.ts";
import type { ArenaState } from "../arena.type.ts";
import { element } from "../../page/dom.ts";

export class Scoreboard {
  readonly root = element("table", "scores");
  readonly #body = element("tbody");
  #shown = "";

  constructor() {
    const head = element("tr", "", ...["", "Pilot", "Kills", "Deaths"].map((title) => element("th", "", title)));
    this.root.append(element("thead", "", head), this.#body);
  }

  update(state: ArenaState, selfId: string): void {
    const rows = ranking(state.ships).map(([id, { name, hue, score, deaths, bot, away }]) => ({
      id,
      name,
      hue,
      score,
      deaths,
      bot,
      away,
    }));
    const shown = JSON.stringify(rows);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#body.replaceChildren(
      ...rows.map(({ id, name, hue, score, deaths, bot, away }, index) => {
        const tag = element("b", "name-tag", name);
        tag.style.setProperty("--hue", String(hue));
        const kind = away ? "away" : bot ? "bot" : "";
        const cells = [String(index + 1), "", String(score), String(deaths)].map((text) => element("td", "", text));
        cells[1]!.append(tag, element("i", "scores-kind", kind));
        return element("tr", id === selfId ? "scores-self" : "", ...cells);
      }),
    );
  }
}
