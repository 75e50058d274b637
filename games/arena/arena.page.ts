/** The arena as a page: the landing, then the match, then the landing again. */
import { type Client, connect, type Room } from "@ninelives/client";
import { enter, putRoomInAddress, roomInAddress, whyNot } from "../page/entrance.ts";
import { isTouch, Landing } from "../page/landing.ts";
import { Arena } from "./arena.type.ts";
import { Attract } from "./page/attract.ts";
import { Match } from "./page/match.ts";
import { Screen } from "./page/screen.ts";

const MOUSE_KEYS = "Move with WASD or the arrows. Aim and fire with the mouse.";
const TOUCH_KEYS = "Left thumb moves, right thumb aims and fires.";

export function openArenaPage(root: HTMLElement, serverUrl: string): void {
  new ArenaPage(root, serverUrl).open();
}

class ArenaPage {
  readonly #root: HTMLElement;
  readonly #serverUrl: string;
  readonly #client: Client;
  readonly #screen = new Screen();
  readonly #attract = new Attract();
  #match: Match | undefined;
  #frameAtMs = 0;

  constructor(root: HTMLElement, serverUrl: string) {
    this.#root = root;
    this.#serverUrl = serverUrl;
    this.#client = connect(serverUrl, { liveness: "game" });
  }

  open(): void {
    this.#root.append(this.#screen.canvas);
    void this.#comeBack();
    const onFrame = (nowMs: number) => {
      this.#screen.fit();
      if (this.#match === undefined) this.#showFight(nowMs);
      else this.#match.frame(nowMs);
      requestAnimationFrame(onFrame);
    };
    requestAnimationFrame(onFrame);
  }

  /** A page that was loaded again in a match goes on with it. */
  async #comeBack(): Promise<void> {
    const room = await this.#client.resume(Arena).catch(() => undefined);
    if (room === undefined) this.#showLanding();
    else this.#show(room);
  }

  #show(room: Room<typeof Arena>): void {
    putRoomInAddress(room.roomId);
    this.#match = new Match(room, this.#screen, this.#serverUrl, () => this.#leave());
    this.#root.append(this.#match.root);
  }

  #showLanding(): void {
    const texts = {
      title: "Ninelives",
      line: roomInAddress() === null ? "Shoot first. Most kills win the round." : "A friend sent you into their match.",
      hint: isTouch() ? TOUCH_KEYS : MOUSE_KEYS,
      elsewhere: [
        { label: "Live matches", href: "./lobby.html" },
        { label: "Or play cards", href: "./cards.html" },
      ],
    };
    const landing = new Landing(texts, (name) => void this.#play(landing, name));
    this.#root.append(landing.root);
    landing.focus();
  }

  async #play(landing: Landing, name: string): Promise<void> {
    landing.busy(true);
    try {
      const room = await enter(this.#client, Arena, { name });
      landing.root.remove();
      this.#show(room);
    } catch (error) {
      landing.busy(false);
      landing.say(whyNot(error));
    }
  }

  #leave(): void {
    this.#match?.stop();
    this.#match = undefined;
    this.#showLanding();
  }

  #showFight(nowMs: number): void {
    this.#attract.update(Math.min(0.1, Math.max(0, (nowMs - this.#frameAtMs) / 1000)));
    this.#frameAtMs = nowMs;
    this.#screen.camera.cutTo({ x: 800 + Math.cos(nowMs / 9_000) * 300, y: 500 + Math.sin(nowMs / 7_000) * 180 });
    this.#screen.draw(this.#attract, nowMs);
  }
}
