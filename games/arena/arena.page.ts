/**
 * The arena as a page: the landing, then the match, then the landing again. The address carries the room (`?room=<id>`), so
 * the link in the address bar is the invitation.
 */
import { type Client, connect, type Room } from "@ninelives/client";
import { NetError } from "@ninelives/shared-schema";
import { Arena } from "./arena.type.ts";
import { Attract } from "./page/attract.ts";
import { Landing } from "./page/landing.ts";
import { Match } from "./page/match.ts";
import { Screen } from "./page/screen.ts";

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
    const landing = new Landing(roomInAddress() !== null, (name) => void this.#play(landing, name));
    this.#root.append(landing.root);
    landing.focus();
  }

  async #play(landing: Landing, name: string): Promise<void> {
    landing.busy(true);
    try {
      const room = await this.#enter(name);
      landing.root.remove();
      this.#show(room);
    } catch (error) {
      landing.busy(false);
      landing.say(whyNot(error));
    }
  }

  /** Into the room of the link; into any when that one is over. */
  async #enter(name: string): Promise<Room<typeof Arena>> {
    const client = this.#client;
    const roomId = roomInAddress();
    if (roomId === null) return client.joinOrCreate(Arena, { name });
    try {
      return await client.joinById(Arena, roomId, { name });
    } catch (error) {
      if (!(error instanceof NetError) || error.name !== "ROOM_NOT_FOUND") throw error;
      return client.joinOrCreate(Arena, { name });
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

function roomInAddress(): string | null {
  return new URL(location.href).searchParams.get("room");
}

function putRoomInAddress(roomId: string): void {
  const url = new URL(location.href);
  url.searchParams.set("room", roomId);
  history.replaceState(null, "", url);
}

function whyNot(error: unknown): string {
  if (!(error instanceof NetError)) return "Something went wrong. Try again.";
  switch (error.name) {
    case "ROOM_FULL":
      return "That match is full. Open the page without the link to get another.";
    case "UNREACHABLE":
      return "The server does not answer. Try again in a moment.";
    case "SERVER_SHUTDOWN":
      return "The server is about to restart. Try again in a moment.";
    default:
      return error.message;
  }
}
