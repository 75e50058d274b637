/** The way into a game: a name and one button. Whatever kept the player out stands under the button. */
import { button, element, setText } from "./dom.ts";
import { readWish, writeWish } from "./wishes.ts";

const NAME_MAX = 16;
const FALLBACK = "Player";

export interface LandingTexts {
  readonly title: string;
  readonly line: string;
  /** How it is played. */
  readonly hint: string;
  /** Other pages of this host. */
  readonly elsewhere: readonly { readonly label: string; readonly href: string }[];
}

export class Landing {
  readonly root: HTMLElement;
  readonly #name = element("input", "landing-name");
  readonly #play: HTMLButtonElement;
  readonly #note = element("p", "landing-note");

  constructor({ title, line, hint, elsewhere }: LandingTexts, onPlay: (name: string) => void) {
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
    const links = elsewhere.map(({ label, href }) => {
      const link = element("a", "landing-elsewhere", label);
      link.href = href;
      return link;
    });
    this.root = element(
      "section",
      "landing",
      element("h1", "", title),
      element("p", "landing-line", line),
      form,
      this.#note,
      element("p", "landing-hint", hint),
      element("nav", "landing-links", ...links),
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

export function isTouch(): boolean {
  return matchMedia("(pointer: coarse)").matches;
}
