/** The way in: a name and one button. A link with a room says so; whatever kept the player out stands under the button. */
import { button, element, setText } from "./dom.ts";
import { readWish, writeWish } from "./wishes.ts";

const NAME_MAX = 16;
const FALLBACK = "Player";
const MOUSE_KEYS = "Move with WASD or the arrows. Aim and fire with the mouse.";
const TOUCH_KEYS = "Left thumb moves, right thumb aims and fires.";

export class Landing {
  readonly root: HTMLElement;
  readonly #name = element("input", "landing-name");
  readonly #play: HTMLButtonElement;
  readonly #note = element("p", "landing-note");

  constructor(invited: boolean, onPlay: (name: string) => void) {
    this.#play = button("landing-play", "Play", "Enter", () => {});
    this.#play.type = "submit";
    Object.assign(this.#name, {
      maxLength: NAME_MAX,
      placeholder: "Your name",
      value: readWish("name") ?? "",
      autocomplete: "off",
      spellcheck: false,
    });
    this.#name.setAttribute("aria-label", "Your name");
    this.#note.setAttribute("role", "status");
    const form = element("form", "landing-form", this.#name, this.#play);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const name = this.#name.value.trim() || FALLBACK;
      writeWish("name", name);
      onPlay(name);
    });
    this.root = element(
      "section",
      "landing",
      element("h1", "", "Ninelives"),
      element(
        "p",
        "landing-line",
        invited ? "A friend sent you into their match." : "Shoot first. Most kills win the round.",
      ),
      form,
      this.#note,
      element("p", "landing-keys", isTouch() ? TOUCH_KEYS : MOUSE_KEYS),
    );
  }

  /** Ready to type; on a phone that would only put a keyboard over the page. */
  focus(): void {
    if (!isTouch()) this.#name.focus();
  }

  busy(isBusy: boolean): void {
    this.#play.disabled = isBusy;
    setText(this.#play, isBusy ? "Joining" : "Play");
    if (isBusy) this.say("");
  }

  say(text: string): void {
    setText(this.#note, text);
  }
}

function isTouch(): boolean {
  return matchMedia("(pointer: coarse)").matches;
}
