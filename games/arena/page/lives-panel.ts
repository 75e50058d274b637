/** Above the map: the match's nine lives, the last pauses between them, and the button that ends one. */
import { button, element, setText } from "../../page/dom.ts";
import type { Owner } from "./kill-switch.ts";
import type { Takeover } from "./takeover.ts";

const LIVES = 9;
const HISTORY_LINES = 3;

export class LivesPanel {
  readonly root = element("section", "lives");
  readonly #cats = Array.from({ length: LIVES }, () => element("i", "life"));
  readonly #count = element("span", "lives-count");
  readonly #pid = element("span", "lives-pid");
  readonly #history = element("ol", "lives-history");
  readonly #kill: HTMLButtonElement;
  #life = 0;

  constructor(onKill: () => void) {
    this.root.setAttribute("aria-label", "Lives of this match");
    this.#kill = button("lives-kill", "", "SIGKILL to the process that has this match (K)", onKill);
    this.root.append(
      this.#history,
      element("p", "lives-cats", ...this.#cats),
      element("p", "lives-line", this.#count, this.#pid),
      this.#kill,
    );
    this.dead(false);
  }

  /** Once a frame. */
  update(restores: number): void {
    const life = restores + 1;
    if (life === this.#life) return;
    this.#life = life;
    for (const [index, cat] of this.#cats.entries()) {
      cat.dataset.state = index + 1 < life ? "spent" : index + 1 === life ? "now" : "left";
    }
    setText(this.#count, life <= LIVES ? `life ${life} of ${LIVES}` : `life ${life} of ${LIVES}!`);
  }

  owner(owner: Owner | undefined): void {
    setText(this.#pid, owner === undefined ? "" : `pid ${owner.pid}`);
  }

  dead(isDead: boolean): void {
    this.root.dataset.dead = String(isDead);
    this.#kill.disabled = isDead;
    setText(this.#kill, isDead ? "Killed" : "Kill this server");
  }

  add({ life, gapMs, ticksLost }: Takeover): void {
    const line = element("li", "", element("b", "", `${gapMs.toFixed(0)} ms`));
    line.append(element("span", "", `${ticksLost} ${ticksLost === 1 ? "tick" : "ticks"}`));
    line.dataset.life = String(life);
    this.#history.append(line);
    if (this.#history.childElementCount > HISTORY_LINES) this.#history.firstElementChild!.remove();
  }
}
