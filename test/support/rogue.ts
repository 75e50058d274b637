/** A room that starts things and waits for none of them, as a game does that is in a hurry. */
import { EventEmitter } from "node:events";
import { schema, t } from "@colyseus/schema";
import { type CommandHandlers, GameRoom } from "@ninelives/server";
import { defineRoomType } from "@ninelives/shared-schema";
import { z } from "zod";

export const STRAYS = {
  "a rejection": () => void Promise.reject(new Error("nobody waits for it")),
  "a rejection with nothing": () => void Promise.reject(undefined),
  "a late rejection": () => void later(),
  "a timer": () => void setTimeout(fail, 1),
  "a timer that throws nothing": () => void setTimeout(failWithNothing, 1),
  "an immediate": () => void setImmediate(fail),
  "a microtask": () => queueMicrotask(fail),
  "a listener": () => {
    const emitter = new EventEmitter().on("news", fail);
    setTimeout(() => emitter.emit("news"), 1);
  },
  "an interval": () => void setInterval(fail, 5),
} as const;
export type Stray = keyof typeof STRAYS;

export const Rogue = defineRoomType({
  name: "rogue",
  tickHz: 50,
  maxPlayers: 4,
  state: schema({ count: t.uint32().default(0), steps: t.uint32().default(0) }, "RogueState"),
  commands: {
    add: { payload: z.object({}), result: z.object({ count: z.int() }) },
    start: { payload: z.object({ what: z.enum(Object.keys(STRAYS) as Stray[]) }), result: z.object({}) },
  },
});

export class RogueRoom extends GameRoom<typeof Rogue> {
  override readonly commands: CommandHandlers<typeof Rogue> = {
    add: () => ({ count: ++this.state.count }),
    start: (_client, { what }) => {
      STRAYS[what]();
      return {};
    },
  };

  override onTick(): void {
    this.state.steps++;
  }
}

async function later(): Promise<never> {
  await new Promise((resolve) => setTimeout(resolve, 5));
  throw new Error("nobody waits for it");
}

function fail(): never {
  throw new Error("thrown where nobody catches it");
}

function failWithNothing(): never {
  throw undefined;
}
