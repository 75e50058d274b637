/** A room type with a command of every policy, and a room that writes down what it does for whom. */
import type { Client } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { type CommandHandlers, GameRoom, prepared } from "@ninelives/server";
import { defineRoomType } from "@ninelives/shared-schema";
import { z } from "zod";
import type { Applied, Emitted, Policy, ServerHistory } from "./history.ts";

/** 50 Hz: a period is 20 ms, a whole number. */
export const PERIOD_MS = 20;
/** How long a command with a time to live may wait, ms. */
export const SOON_MS = 300;
/** Ticks a prepared command waits for something outside. */
const PREPARE_TICKS = 3;

const SimState = schema({ count: t.uint32().default(0), mark: t.uint32().default(0) }, "SimState");

const payload = z.object({ key: z.string() });
const result = z.object({ key: z.string(), count: z.number() });

export const Sim = defineRoomType({
  name: "sim",
  tickHz: 1000 / PERIOD_MS,
  maxPlayers: 4,
  state: SimState,
  commands: {
    must: { payload, result },
    /** Waits outside of the tick first. */
    slow: { payload, result },
    refused: { payload, result },
    crash: { payload, result },
    latest: { payload, result, policy: "latest" },
    drop: { payload, result, policy: "drop" },
    soon: { payload, result, ttlMs: SOON_MS },
  },
  events: { told: z.object({ id: z.number(), mark: z.number() }) },
  topics: { chat: { payload, history: 500 } },
});

export type SimCommand = keyof (typeof Sim)["commands"];

export function policyOf(name: SimCommand): Policy {
  return name === "latest" || name === "drop" || name === "soon" ? name : "must";
}

/** Whom the room is to tell something at its next step: everyone, or these through a filter, or one. */
export type Wish =
  | { readonly to: "all" }
  | { readonly to: "some"; readonly sessionIds: readonly string[] }
  | { readonly to: "one"; readonly sessionId: string };

type Payload = z.infer<typeof payload>;

export class SimRoom extends GameRoom<typeof Sim> implements ServerHistory {
  readonly applied: Applied[] = [];
  readonly emitted: Emitted[] = [];
  readonly wishes: Wish[] = [];
  readonly #players = new Map<string, Client>();
  #preparing: { readonly atTick: number; readonly go: () => void }[] = [];

  override readonly commands: CommandHandlers<typeof Sim> = {
    must: (client, { key }) => this.#apply(client, key),
    slow: prepared(
      () => this.#later(),
      (client, { key }: Payload) => {
        const answer = this.#apply(client, key);
        this.#tell({ to: "all" });
        return answer;
      },
    ),
    refused: (client, { key }) => {
      this.#fault(client, key, "COMMAND_REFUSED");
      return this.refuse("not on a Sunday");
    },
    crash: (client, { key }) => {
      this.#fault(client, key, "COMMAND_FAILED");
      throw new Error("a handler that throws");
    },
    latest: (client, { key }) => {
      const answer = this.#apply(client, key);
      this.#tell({ to: "one", sessionId: client.sessionId });
      return answer;
    },
    drop: (client, { key }) => this.#apply(client, key),
    soon: (client, { key }) => this.#apply(client, key),
  };

  override authorizeTopic(): boolean {
    return true;
  }

  override onJoin(client: Client): void {
    this.#players.set(client.sessionId, client);
  }

  override onReconnect(client: Client): void {
    this.#players.set(client.sessionId, client);
  }

  override onLeave(client: Client): void {
    this.#players.delete(client.sessionId);
  }

  override onTick(): void {
    const due = this.#preparing.filter(({ atTick }) => atTick <= this.tick);
    this.#preparing = this.#preparing.filter(({ atTick }) => atTick > this.tick);
    for (const { go } of due) go();
    for (const wish of this.wishes.splice(0)) this.#tell(wish);
  }

  #apply({ sessionId }: Client, key: string): z.infer<typeof result> {
    const answer = { key, count: ++this.state.count };
    this.applied.push({ key, sessionId, outcome: { ok: true, result: answer } });
    return answer;
  }

  #fault({ sessionId }: Client, key: string, code: string): void {
    this.applied.push({ key, sessionId, outcome: { ok: false, code } });
  }

  /** The event carries the mark that the patch of this tick brings. */
  #tell(wish: Wish): void {
    const mark = ++this.state.mark;
    const event = { id: this.emitted.length + 1, mark };
    const to = [...this.#players.values()].filter((player) => isFor(wish, player));
    this.emitted.push({ ...event, to: new Set(to.map(({ sessionId }) => sessionId)) });
    if (wish.to === "all") this.emit("told", event);
    else if (wish.to === "some") this.emit("told", event, (player) => isFor(wish, player));
    else if (to[0] !== undefined) this.emit("told", event, to[0]);
  }

  #later(): Promise<void> {
    return new Promise((go) => this.#preparing.push({ atTick: this.tick + PREPARE_TICKS, go }));
  }
}

function isFor(wish: Wish, { sessionId }: Client): boolean {
  if (wish.to === "all") return true;
  return wish.to === "one" ? wish.sessionId === sessionId : wish.sessionIds.includes(sessionId);
}
