/** A room type that has one of everything, and a room whose hooks a test can watch and break. */
import type { Client } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { type CommandHandlers, GameRoom, type Step } from "@ninelives/server";
import { defineRoomType, type Durability, type JoinOptions } from "@ninelives/shared-schema";
import { z } from "zod";

export const LabPlayer = schema(
  {
    name: t.string().default(""),
    x: t.float32().default(0),
    away: t.boolean().default(false),
    secret: t.string().default("").view(),
  },
  "LabPlayer",
);
export type LabPlayer = InstanceType<typeof LabPlayer>;

export const LabState = schema(
  { count: t.uint32().default(0), players: t.map(LabPlayer), hidden: t.string().default("").view() },
  "LabState",
);
export type LabState = InstanceType<typeof LabState>;

export const LabMemory = schema({ commandsRun: t.uint32().default(0) }, "LabMemory");

export const LabInput = schema({ dx: t.int8().default(0) }, "LabInput");

/** 50 Hz: a period is 20 ms, a whole number, so that hand-driven clocks stay readable. */
export const PERIOD_MS = 20;

/** The same contract under another name, or with another durability. */
export function labType<const Name extends string>(
  name: Name,
  more: { maxPlayers?: number; durability?: Durability } = {},
) {
  return defineRoomType({
    name,
    tickHz: 1000 / PERIOD_MS,
    maxPlayers: 4,
    ...more,
    state: LabState,
    memory: LabMemory,
    input: LabInput,
    options: z.object({ name: z.string().min(1).max(10).default("anon") }),
    commands: {
      add: { payload: z.object({ by: z.int().min(1).max(1_000) }), result: z.object({ count: z.number() }) },
      /** Emits `said` to everyone, to the caller, or to everyone else. */
      say: {
        payload: z.object({ text: z.string(), to: z.enum(["all", "me", "others"]).default("all") }),
        result: z.object({}),
      },
      refused: { payload: z.object({}), result: z.object({}) },
      crash: { payload: z.object({}), result: z.object({}) },
      /** Returns what its result type does not allow. */
      lie: { payload: z.object({}), result: z.object({ truth: z.boolean() }) },
      /** Returns what its result type allows and MessagePack cannot carry. */
      huge: { payload: z.object({}), result: z.object({ n: z.bigint() }) },
    },
    events: { said: z.object({ text: z.string().max(20), count: z.number() }) },
    tuning: z.object({ stride: z.number().min(0).max(100).default(1) }),
  });
}

export const Lab = labType("lab");

export class LabRoom extends GameRoom<typeof Lab> {
  /** Hooks and commands in the order they ran, as `<tick> <what>`. */
  readonly trace: string[] = [];
  /** Places that throw once: names of hooks. */
  readonly traps = new Set<string>();
  /** Runs in every step, before anything else. */
  eachTick: ((step: Step) => void) | undefined;

  override readonly commands: CommandHandlers<typeof Lab> = {
    add: (client, { by }) => {
      this.note(`add ${by}`);
      this.memory.commandsRun++;
      this.state.count += by;
      const player = this.state.players.get(client.sessionId);
      if (player !== undefined) player.secret = `added ${by}`;
      return { count: this.state.count };
    },
    say: (client, { text, to }) => {
      const others = (other: Client) => other.sessionId !== client.sessionId;
      const recipients = to === "me" ? client : to === "others" ? others : undefined;
      this.emit("said", { text, count: this.state.count }, recipients);
      return {};
    },
    refused: () => this.refuse("not on a Sunday"),
    crash: () => {
      if (this.traps.delete("async")) return Promise.reject(new Error("an async command that throws later")) as never;
      throw new Error("a handler that throws");
    },
    lie: () => ({ truth: "no" as unknown as boolean }),
    huge: () => {
      this.note("huge");
      return { n: 2n ** 70n };
    },
  };

  override onCreate({ name }: JoinOptions<typeof Lab>): void {
    if (name === "bomb") throw new Error("onCreate that throws");
  }

  override onDispose(): void {
    this.note("dispose");
  }

  override onJoin(client: Client, { name }: JoinOptions<typeof Lab>): void | Promise<void> {
    this.note(`join ${name}`);
    this.state.players.set(client.sessionId, new LabPlayer().assign({ name, secret: `of ${name}` }));
  }

  override onDrop(client: Client): void {
    this.note("drop");
    this.#setAway(client, true);
  }

  override onReconnect(client: Client): void {
    this.note("reconnect");
    this.#setAway(client, false);
  }

  override onLeave(client: Client): void | Promise<void> {
    this.note("leave");
    this.state.players.delete(client.sessionId);
  }

  override onTick(step: Step): void {
    this.eachTick?.(step);
    if (this.traps.delete("tick")) throw new Error("onTick that throws");
    for (const [sessionId, player] of this.state.players) {
      for (const input of this.inputs.get(sessionId)) player.x += input.dx * this.tuning.stride;
    }
  }

  /** Colyseus also calls `onDrop` for a player whose `onJoin` threw: there is nobody then. */
  #setAway(client: Client, away: boolean): void {
    const player = this.state.players.get(client.sessionId);
    if (player !== undefined) player.away = away;
  }

  note(what: string): void {
    this.trace.push(`${this.tick} ${what}`);
    if (this.traps.delete(what)) throw new Error(`${what} that throws`);
  }
}
