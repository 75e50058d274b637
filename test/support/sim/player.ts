/**
 * A player: one seat, and the pages that had it one after the other. A page that is loaded again takes the seat over from itself;
 * a second tab takes it over from the first, which has to end with REPLACED.
 */
import { memorySeatStorage, type SeatStorage } from "@ninelives/client";
import type { Birth, SeatHistory } from "./history.ts";
import { Page } from "./page.ts";
import { CALM, type Weather } from "./sim-link.ts";
import { Sim, type SimCommand } from "./sim-room.ts";
import { talkOwed, type TalkHistory } from "./talk.ts";
import type { Surroundings } from "./universe.ts";

export class Player implements SeatHistory {
  readonly name: string;
  readonly weather: Weather = { ...CALM };
  readonly pages: Page[] = [];
  sessionId = "";
  reloads = 0;
  tabs = 0;
  readonly #world: Surroundings;
  /** The tab in use. */
  #page: Page;
  /** The tab that was in use, while it is not decided which of the two has the seat. */
  #other: Page | undefined;

  constructor(name: string, world: Surroundings) {
    this.name = name;
    this.#world = world;
    this.#page = this.#newPage(memorySeatStorage(), undefined);
  }

  /** Takes a seat in the room, or makes the room. */
  async join(roomId: string | undefined): Promise<void> {
    await this.#page.load(this.#world, this.weather, (client) =>
      roomId === undefined ? client.create(Sim, {}) : client.joinById(Sim, roomId, {}),
    );
    this.sessionId = this.page.room!.sessionId;
  }

  get page(): Page {
    return this.#page;
  }

  /** In the room with one page, and nothing is on its way to it. */
  get isDone(): boolean {
    return this.#other === undefined && this.#page.isIn && this.#page.room!.pending.length === 0;
  }

  /** Says something in a page that has one to say it to; while two tabs contend for the seat, in either. */
  say(command: SimCommand, inOther: boolean): void {
    const page = inOther && this.#other?.end === "lives" ? this.#other : this.#page;
    if (page.room !== undefined && page.end === "lives") page.say(command);
  }

  /** Says something to everybody. */
  talk(): void {
    const { room, end, talk } = this.#page;
    if (room !== undefined && end === "lives") talk.say(room);
  }

  /** What each of the pages said and heard. */
  get talks(): TalkHistory[] {
    return this.pages.map(({ end, birth, talk }) => {
      const { heard, gaps, said, refusal } = talk;
      return { end, heard, gaps, said, refusal, taken: birth?.takenTalk ?? new Set() };
    });
  }

  cut(tellClient: boolean, tellServer: boolean): void {
    for (const page of [this.#page, this.#other]) page?.line?.cut(tellClient, tellServer);
  }

  /** The tab is loaded again. */
  reload(tellServer: boolean): void {
    if (this.#other !== undefined || this.#page.room === undefined) return;
    this.reloads++;
    const old = this.#page;
    old.vanish(tellServer);
    this.#page = this.#newPage(old.storage, this.#birth(old, false));
    this.#resume();
  }

  /** The tab is duplicated, and the player goes on in the copy. */
  duplicate(): void {
    if (this.#other !== undefined || !this.#page.isIn) return;
    this.tabs++;
    const old = this.#page;
    const storage = memorySeatStorage();
    storage.save(old.storage.load()!);
    this.#other = old;
    this.#page = this.#newPage(storage, this.#birth(old, true));
    this.#resume();
  }

  /** What follows from a page that did not get in, or has the seat for itself. Called every tick. */
  settle(): void {
    if (this.#page.refusal?.recoverable === true) this.#again();
    else if (this.#page.refusal?.name === "REPLACED" && this.#other?.end === "lives") this.#backInFirst(this.#other);
    else if (this.#other?.end !== "lives" && this.#page.room !== undefined) this.#other = undefined;
  }

  /** The tab that was copied came back meanwhile, and spent what the copy has. */
  #backInFirst(first: Page): void {
    this.#page.vanish(true);
    this.pages.pop();
    this.#page = first;
    this.#other = undefined;
  }

  #again(): void {
    const { storage, birth } = this.#page;
    this.#page.vanish(true);
    this.pages.pop();
    this.#page = this.#newPage(storage, birth);
    this.#resume();
  }

  #resume(): void {
    void this.#page.load(this.#world, this.weather, (client) => client.resume(Sim));
  }

  #birth(from: Page, isCopy: boolean): Birth {
    return {
      from: this.pages.indexOf(from),
      heard: from.heard.length,
      taken: from.owed,
      takenTalk: talkOwed(from.room),
      isCopy,
    };
  }

  #newPage(storage: SeatStorage, birth: Birth | undefined): Page {
    const page = new Page(`${this.name}.${this.pages.length}`, storage, birth, this.#world);
    this.pages.push(page);
    return page;
  }
}
