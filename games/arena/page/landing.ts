/** The way in: a name and one button. A link with a room says so; whatever kept the player out stands under the button. */
import { button, element, setText } from "./dom.ts";
import { readWish, writeWish } from "./wishes.ts";

const NAME_MAX = 16;
const FALLBACK = "Player";

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
      element("p", "landing-line", invited ? "A friend sent you into their match." : "Three minutes. Most kills win."),
      form,
      this.#note,
      element(
        "p",
        "landing-keys",
        "Move with WASD, aim and fire with the mouse. On a phone: left thumb moves, right thumb shoots.",
      ),
    );
  }

  focus(): void {
    this.#name.focus();
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
