/** Waiting for a match, as the landing shows it: who is looked for, the own place, and the question whether to play. */
import type { Waiting } from "@ninelives/client";
import { NetError, type RoomType } from "@ninelives/shared-schema";
import { button, element, setText } from "./dom.ts";

export class QueuePanel<T extends RoomType> {
  readonly root: HTMLElement;
  readonly #waiting: Waiting<T>;
  readonly #head = element("h2", "", "Looking for a rival");
  readonly #line = element("p", "queue-line", "Asking around");
  /** Runs out while the player decides. */
  readonly #time = element("div", "queue-time");
  readonly #accept: HTMLButtonElement;
  readonly #cancel: HTMLButtonElement;
  #isAsked = false;

  constructor(waiting: Waiting<T>) {
    this.#waiting = waiting;
    this.#accept = button("landing-play", "Play", "Play this match", () => void this.#play());
    this.#cancel = button("queue-cancel", "Cancel", "Look no more", () => void this.#stop());
    this.#line.setAttribute("role", "status");
    this.root = element(
      "section",
      "queue-panel",
      this.#head,
      this.#line,
      this.#time,
      element("div", "queue-buttons", this.#accept, this.#cancel),
    );
    this.#ask(false);
    waiting.on("place", ({ place, waitMs }) => {
      if (!this.#isAsked)
        setText(this.#line, `${nth(place)} in line${waitMs === undefined ? "" : `, ${likely(waitMs)}`}`);
    });
    waiting.on("found", ({ acceptMs }) => this.#ask(true, acceptMs));
    waiting.on("accepted", ({ accepted, players }) => setText(this.#line, `${accepted} of ${players} are ready`));
    waiting.on("back", () => {
      this.#ask(false);
      setText(this.#line, "The other one left. You keep your place.");
    });
    waiting.on("ready", () => {
      this.#ask(false);
      setText(this.#head, "Here we go");
      setText(this.#line, "Taking you to the match");
    });
  }

  /** Also when the page before this one was asked already. */
  async update(): Promise<void> {
    const { stage, acceptMs } = await this.#waiting.where();
    if (stage === "accepting") this.#ask(true, acceptMs);
  }

  #ask(isAsked: boolean, withinMs = 0): void {
    this.#isAsked = isAsked;
    this.#accept.hidden = !isAsked;
    this.#accept.disabled = false;
    this.#time.hidden = !isAsked;
    setText(this.#head, isAsked ? "Rival found" : "Looking for a rival");
    setText(this.#cancel, isAsked ? "Not now" : "Cancel");
    if (!isAsked) return;
    setText(this.#line, "Play?");
    this.#time.style.animationDuration = `${withinMs}ms`;
    this.#accept.focus();
  }

  async #play(): Promise<void> {
    this.#accept.disabled = true;
    try {
      await this.#waiting.accept();
    } catch {
      // It is not on any more, and what is instead is told.
    }
  }

  async #stop(): Promise<void> {
    if (!this.#isAsked) return this.#waiting.cancel();
    await this.#waiting.decline().catch(() => this.#waiting.cancel());
  }
}

/** Why no match came of waiting, for the player; empty for one who wanted none. */
export function whyNoMatch(error: unknown): string {
  if (!(error instanceof NetError) || error.name === "LEFT") return "";
  if (error.name !== "MATCH_OFF") return error.message;
  switch ((error.details as { readonly reason?: string }).reason) {
    case "late":
      return "You were not there when a rival was found. Look again when you are.";
    case "failed":
      return "The match could not be made. Try again in a moment.";
    default:
      return "";
  }
}

function nth(place: number): string {
  const endings = { one: "st", two: "nd", few: "rd", other: "th" } as Record<Intl.LDMLPluralRule, string>;
  return `${place}${endings[new Intl.PluralRules("en", { type: "ordinal" }).select(place)]}`;
}

function likely(waitMs: number): string {
  return waitMs === 0 ? "any moment" : `about ${Math.ceil(waitMs / 1000)} s`;
}
