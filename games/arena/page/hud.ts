/** What stands around the match: clock, own score and health, buttons, feed, scoreboard. Reads the state; changes nothing. */
import { ranking } from "../arena.sim.ts";
import type { ArenaState } from "../arena.type.ts";
import { button, element, setText } from "../../page/dom.ts";
import { KillFeed } from "./kill-feed.ts";
import { Scoreboard } from "./scoreboard.ts";

/** A round that ends this soon says so, seconds. */
const HURRY_SECONDS = 15;

export interface HudActions {
  readonly toggleNet: () => void;
  readonly toggleSound: () => boolean;
  readonly copyLink: () => Promise<boolean>;
  readonly chat: () => void;
  readonly soundOn: boolean;
}

export class Hud {
  readonly root = element("div", "hud");
  readonly feed = new KillFeed();
  readonly board = new Scoreboard();
  readonly #clock = element("b", "hud-clock");
  readonly #score = element("b", "hud-score");
  readonly #rank = element("span", "hud-rank");
  readonly #health = element("i", "hud-health-fill");
  readonly #healthText = element("span", "hud-health-text");
  readonly #boardPlace = element("section", "board");
  readonly #sound: HTMLButtonElement;
  #boardHeld = false;
  #boardPinned = false;

  constructor({ toggleNet, toggleSound, copyLink, chat, soundOn }: HudActions) {
    const soundLabel = (on: boolean) => (on ? "Sound on" : "Sound off");
    const sound = button("", soundLabel(soundOn), "Sound (M)", () => setText(sound, soundLabel(toggleSound())));
    const link = button("", "Copy link", "A link into this match", () => {
      void copyLink().then((copied) => setText(link, copied ? "Link copied" : "Link in the address bar"));
    });
    const scores = button("", "Scores", "Scores (Tab)", () => (this.#boardPinned = !this.#boardPinned));
    const talk = button("", "Chat", "Say something (Enter)", chat);
    const net = button("", "Net", "Connection (N)", toggleNet);
    this.#boardPlace.append(this.board.root);
    this.root.append(
      element("div", "hud-own", this.#score, this.#rank),
      element("div", "hud-time", this.#clock),
      this.feed.root,
      element("div", "hud-health", this.#health, this.#healthText),
      element("nav", "hud-buttons", scores, talk, net, sound, link),
      this.#boardPlace,
    );
    this.#sound = sound;
  }

  /** Keys that are for the page around the match; true when one was taken. */
  key(event: KeyboardEvent): boolean {
    const down = event.type === "keydown";
    if (event.code === "Tab") this.#boardHeld = down;
    else if (event.code === "KeyM" && down && !event.repeat) this.#sound.click();
    else return false;
    return true;
  }

  update(state: ArenaState, selfId: string, serverNowMs: number, nowMs: number): void {
    const leftSeconds = Math.max(0, Math.ceil((state.phaseEndsMs - serverNowMs) / 1000));
    setText(this.#clock, `${Math.floor(leftSeconds / 60)}:${String(leftSeconds % 60).padStart(2, "0")}`);
    this.#clock.dataset.hurry = String(state.playing && leftSeconds <= HURRY_SECONDS);
    const places = ranking(state.ships);
    const place = places.findIndex(([id]) => id === selfId);
    const self = places[place]?.[1];
    setText(this.#score, `${self?.score ?? 0}`);
    setText(
      this.#rank,
      self === undefined ? "" : `${self.score === 1 ? "kill" : "kills"}, ${ordinal(place + 1)} of ${places.length}`,
    );
    const hp = self?.alive === true ? self.hp : 0;
    this.#health.style.scale = `${hp / (state.rules.maxHp || 1)} 1`;
    this.#health.dataset.low = String(hp <= state.rules.maxHp * 0.3);
    setText(this.#healthText, `${hp}`);
    this.feed.update(nowMs);
    this.#boardPlace.hidden = !state.playing || !(this.#boardHeld || this.#boardPinned);
    if (!this.#boardPlace.hidden && this.board.root.parentElement !== this.#boardPlace)
      this.#boardPlace.append(this.board.root);
    this.board.update(state, selfId);
  }
}

function ordinal(place: number): string {
  return `${place}${["th", "st", "nd", "rd"][place % 100 > 3 && place % 100 < 21 ? 0 : place % 10] ?? "th"}`;
}
