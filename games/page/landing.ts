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
  readonly #form: HTMLFormElement;
  /** Of what else than to play there is. */
  readonly #others: HTMLButtonElement[] = [];

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
    this.#form = element("form", "landing-form", this.#name, this.#play);
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      onPlay(this.#named());
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
      this.#form,
      this.#note,
      element("p", "landing-hint", hint),
      element("nav", "landing-links", ...links),
    );
  }

  /** Another way to play. */
  offer(label: string, title: string, onPress: (name: string) => void): void {
    const other = button("landing-other", label, title, () => onPress(this.#named()));
    this.#others.push(other);
    this.#note.before(other);
  }

  /** Shows this in place of the ways to play; undefined: those again. */
  instead(panel: HTMLElement | undefined): void {
    for (const way of [this.#form, ...this.#others]) way.hidden = panel !== undefined;
    this.root.querySelector(".queue-panel")?.remove();
    if (panel !== undefined) this.#note.before(panel);
  }

  /** Ready to type; on a phone that would only put a keyboard over the page. */
  focus(): void {
    if (!isTouch()) this.#name.focus();
  }

  busy(isBusy: boolean): void {
    for (const way of [this.#play, ...this.#others]) way.disabled = isBusy;
    setText(this.#play, isBusy ? "Joining" : "Play");
    if (isBusy) this.say("");
  }

  say(text: string): void {
    setText(this.#note, text);
  }

  #named(): string {
    const name = this.#name.value.trim() || FALLBACK;
    writeWish("name", name);
    return name;
  }
}

export function isTouch(): boolean {
  return matchMedia("(pointer: coarse)").matches;
}
