/** What one page of a player says and hears, written down for the checker, whatever carries its frames. */
import type { Room } from "@ninelives/client";
import { NetError } from "@ninelives/shared-schema";
import type { Heard, Issued } from "./history.ts";
import { policyOf, type Sim, type SimCommand } from "./sim-room.ts";
import { Talk } from "./talk.ts";

export class Diary {
  readonly name: string;
  readonly issued: Issued[] = [];
  readonly heard: Heard[] = [];
  readonly talk: Talk;
  #endings = 0;

  constructor(name: string) {
    this.name = name;
    this.talk = new Talk(name);
  }

  listen(room: Room<typeof Sim>): void {
    this.talk.listen(room);
    room.on("told", ({ id, mark }) => this.heard.push({ kind: "event", id, mark, seenMark: room.state.mark }));
    room.on("gap", ({ from, to }) => this.heard.push({ kind: "gap", from, to }));
  }

  /** Resolves when it ended, with whether the server answered it. */
  async say(room: Room<typeof Sim>, command: SimCommand): Promise<boolean> {
    const key = `${this.name}.${this.issued.length + 1}`;
    const issued: Issued = { key, policy: policyOf(command), ended: undefined };
    this.issued.push(issued);
    try {
      const result = await room.command(command, { key });
      issued.ended = { ok: true, result, place: this.#endings++ };
      return true;
    } catch (error) {
      const code = error instanceof NetError ? error.name : String(error);
      issued.ended = { ok: false, code, place: this.#endings++ };
      return false;
    }
  }
}
