/** Rooms whose code fails where and how a test says: a typed one, and a plain Colyseus room. Nothing of them but that is out of the ordinary. */
import { type Client, Room } from "@colyseus/core";
import { schema, StateView, t } from "@colyseus/schema";
import { type CommandHandlers, GameRoom, prepared, type Step, type TimerHandlers } from "@ninelives/server";
import { defineRoomType } from "@ninelives/shared-schema";
import { z } from "zod";
import { PERIOD_MS } from "./lab.ts";

export const STYLES = {
  throws: () => {
    throw new Error("thrown on purpose");
  },
  "throws nothing": () => {
    throw undefined;
  },
  "throws what is no error": () => {
    throw { code: 7 };
  },
  rejects: async () => {
    await Promise.resolve();
    throw new Error("rejected on purpose");
  },
  "rejects with nothing": async () => {
    await Promise.resolve();
    throw undefined;
  },
} as const;
export type Style = keyof typeof STYLES;

/** Place -> how it fails, the next time it is reached, or each time. */
const armed = new Map<string, { readonly style: Style; readonly isOnce: boolean }>();

export function arm(place: string, style: Style, isOnce = true): void {
  armed.set(place, { style, isOnce });
}

export function disarm(): void {
  armed.clear();
}

/** In truth undefined, or a promise that rejects, or no way back: hooks are typed for what they give when all is well. */
function at(place: string): undefined {
  const found = armed.get(place);
  if (found === undefined) return undefined;
  if (found.isOnce) armed.delete(place);
  return STYLES[found.style]() as never;
}

export const RoughState = schema({ steps: t.uint32().default(0), hidden: t.string().default("").view() }, "RoughState");
export type RoughState = InstanceType<typeof RoughState>;

/** Where messages and hooks of a plain room fail. */
export class RoughRoom extends Room<{ state: RoughState }> {
  override state = new RoughState();
  override patchRate = 10;

  override onCreate(): void | Promise<void> {
    this.onMessage("say", () => at("message"));
    this.onMessage("ask", () => at("request") ?? { answer: "yes" });
    this.onMessage("*", () => at("any message"));
    this.onMessageBytes("raw", () => at("bytes"));
    this.onMessage("later", (client) => {
      this.clock.setTimeout(() => at("clock.setTimeout"), 1);
      client.send("later");
    });
    this.onMessage("misspell", () => {
      this.state.steps = "many" as never;
    });
    this.onMessage("look", (client) => {
      client.view = {} as StateView;
    });
    this.clock.setInterval(() => at("clock.setInterval"), 10);
    this.setTimestep(() => {
      this.state.steps++;
      return at("setTimestep");
    }, 10);
    void this.presence.subscribe("rough", () => at("presence"));
    return at("onCreate");
  }

  override onAuth(): unknown {
    return at("onAuth") ?? true;
  }

  override onJoin(): void | Promise<void> {
    return at("onJoin");
  }

  override async onDrop(client: Client): Promise<void> {
    await (at("onDrop") as unknown);
    await this.allowReconnection(client, 5);
  }

  override onReconnect(): void | Promise<void> {
    return at("onReconnect");
  }

  override onLeave(): void | Promise<void> {
    return at("onLeave");
  }

  override onBeforePatch(): void {
    at("onBeforePatch");
  }

  override onDispose(): void | Promise<void> {
    return at("onDispose");
  }

  override onUncaughtException(): void {
    at("onUncaughtException");
  }

  serialize(): unknown {
    return at("serialize") === undefined ? { kept: true } : {};
  }

  hydrate(): void {}
}

export const Rough = defineRoomType({
  name: "rough-game",
  tickHz: 1000 / PERIOD_MS,
  maxPlayers: 4,
  state: RoughState,
  commands: {
    say: { payload: z.object({}), result: z.object({}) },
    look: { payload: z.object({}), result: z.object({}) },
    wait: { payload: z.object({}), result: z.object({}) },
  },
  events: { heard: z.object({ text: z.string() }) },
  timers: { bell: z.object({}) },
  topics: { chat: { payload: z.object({ text: z.string() }) } },
});

/** Where a typed room fails besides the hooks it shares with a plain one. */
export class RoughGame extends GameRoom<typeof Rough> {
  /** Runs in the next step. */
  next: (() => void) | undefined;

  override readonly commands: CommandHandlers<typeof Rough> = {
    say: () => (at("command") ?? {}) as Record<never, never>,
    look: (client) => {
      client.view = new StateView();
      return {};
    },
    wait: prepared(
      () => Promise.resolve(at("prepare")),
      () => (at("prepared") ?? {}) as Record<never, never>,
    ),
  };

  override readonly timers: TimerHandlers<typeof Rough> = { bell: () => at("timer") as never };

  override onCreate(): void | Promise<void> {
    return at("onCreate");
  }

  override onAuth(): unknown {
    return at("onAuth") ?? true;
  }

  override onJoin(): void | Promise<void> {
    return at("onJoin");
  }

  override onDrop(): void | Promise<void> {
    return at("onDrop");
  }

  override onReconnect(): void | Promise<void> {
    return at("onReconnect");
  }

  override onLeave(): void | Promise<void> {
    return at("onLeave");
  }

  override onDispose(): void | Promise<void> {
    return at("onDispose");
  }

  override onRestore(): void {
    at("onRestore");
  }

  override onBeforePatch(): void {
    at("onBeforePatch");
  }

  override viewFor(): StateView | undefined {
    return at("viewFor") as undefined;
  }

  override authorizeTopic(): boolean {
    return at("authorizeTopic") === undefined;
  }

  override onTick(_step: Step): void {
    this.state.steps++;
    const { next } = this;
    this.next = undefined;
    next?.();
    return at("onTick") as never;
  }
}
