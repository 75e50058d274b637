/** The arena as a page: the landing, then the match, then the landing again. */
import { type Client, connect, type Room, type Waiting } from "@ninelives/client";
import { enter, putRoomInAddress, roomInAddress, whyNot } from "../page/entrance.ts";
import { isTouch, Landing } from "../page/landing.ts";
import { QueuePanel, whyNoMatch } from "../page/queue-panel.ts";
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

  /** A page that was loaded again goes on with what it was in. */
  async #comeBack(): Promise<void> {
    const room = await this.#client.resume(Arena).catch(() => undefined);
    if (room !== undefined) this.#show(room);
    else this.#showLanding(await this.#client.resumeQueue(Arena).catch(() => undefined));
  }

  #show(room: Room<typeof Arena>): void {
    putRoomInAddress(room.roomId);
    this.#match = new Match(room, this.#screen, this.#serverUrl, () => this.#leave());
    this.#root.append(this.#match.root);
  }

  /** `waiting`: of a page that waited for a rival when it was loaded again. */
  #showLanding(waiting?: Waiting<typeof Arena>): void {
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
    landing.offer("Find a duel", "One rival of your strength, no bots", (name) => void this.#queue(landing, name));
    this.#root.append(landing.root);
    if (waiting === undefined) landing.focus();
    else void this.#wait(landing, waiting);
  }

  async #queue(landing: Landing, name: string): Promise<void> {
    landing.busy(true);
    try {
      void this.#wait(landing, await this.#client.queue(Arena, { options: { name } }));
    } catch (error) {
      landing.say(whyNot(error));
    }
    landing.busy(false);
  }

  async #wait(landing: Landing, waiting: Waiting<typeof Arena>): Promise<void> {
    const panel = new QueuePanel(waiting);
    landing.instead(panel.root);
    void panel.update().catch(() => undefined);
    try {
      const room = await waiting.match;
      landing.root.remove();
      this.#show(room);
    } catch (error) {
      landing.instead(undefined);
      landing.say(whyNoMatch(error));
    }
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
