/** One match in three versions of its room type: what a deploy brings, and the ways from one to the other. */
import type { Client } from "@colyseus/core";
import { schema, StateView, t } from "@colyseus/schema";
import { type CommandHandlers, GameRoom, type Migrations, type Pause, type TimerHandlers } from "@ninelives/server";
import { defineRoomType, type JoinOptions } from "@ninelives/shared-schema";
import { z } from "zod";

const options = z.object({ name: z.string().max(20).default("anon") });
const common = {
  name: "saga",
  tickHz: 30,
  maxPlayers: 8,
  options,
  commands: {
    /** Each number once, in order. */
    add: { payload: z.object({ n: z.int() }), result: z.object({ count: z.int(), times: z.int() }) },
    draw: { payload: z.object({}), result: z.object({ card: z.string() }) },
    ring: { payload: z.object({ inTicks: z.int() }), result: z.object({}) },
    end: { payload: z.object({}), result: z.object({}) },
  },
  topics: { chat: { payload: z.object({ text: z.string() }) }, whispers: { payload: z.object({ text: z.string() }) } },
  timers: { bell: z.object({}) },
} as const;
const added = z.object({ by: z.string(), n: z.int() });

const Hero1 = schema(
  { name: t.string().default(""), score: t.uint8().default(0), hand: t.array("string").view() },
  "Hero1",
);
const State1 = schema(
  { count: t.uint32().default(0), heroes: t.map(Hero1), secret: t.string().default("").view(), rung: t.uint32() },
  "State1",
);
const Memory1 = schema({ applied: t.map("uint32"), deck: t.array("string") }, "Memory1");
export const Saga1 = defineRoomType({
  ...common,
  version: 1,
  state: State1,
  memory: Memory1,
  events: { added, quit: z.object({ who: z.string() }) },
});

export class SagaRoom1 extends GameRoom<typeof Saga1> {
  override readonly commands: CommandHandlers<typeof Saga1> = {
    add: ({ sessionId }, { n }) => {
      this.state.count++;
      this.state.heroes.get(sessionId)!.score++;
      this.emit("quit", { who: sessionId });
      this.emit("added", { by: sessionId, n });
      return { count: this.state.count, times: appliedOnce(this.memory.applied, sessionId, n) };
    },
    draw: ({ sessionId }) => {
      const card = this.memory.deck.pop()!;
      this.state.heroes.get(sessionId)!.hand.push(card);
      return { card };
    },
    ring: (_client, { inTicks }) => (this.after(inTicks, "bell", {}), {}),
    end: () => (void this.disconnect(), {}),
  };

  override readonly timers: TimerHandlers<typeof Saga1> = {
    bell: () => {
      this.state.rung = this.tick;
    },
  };

  override onCreate(): void {
    this.state.secret = "of version 1";
    for (let card = 1; card <= 40; card++) this.memory.deck.push(`card${card}`);
  }

  override onJoin({ sessionId }: Client, { name }: JoinOptions<typeof Saga1>): void {
    this.state.heroes.set(sessionId, new Hero1().assign({ name }));
  }

  override onLeave({ sessionId }: Client): void {
    this.state.heroes.delete(sessionId);
  }

  override viewFor({ sessionId }: Client): StateView {
    const view = new StateView();
    view.add(this.state.heroes.get(sessionId)!);
    return view;
  }

  override authorizeTopic(): boolean {
    return true;
  }
}

/** Nothing is where it was: other places, other types, other names, one more tree. */
const Hero2 = schema(
  { points: t.float64().default(0), hand: t.array("string").view(), title: t.string().default("") },
  "Hero2",
);
const State2 = schema(
  {
    era: t.string().default("young"),
    heroes: t.map(Hero2),
    rung: t.uint32(),
    total: t.float64().default(0),
    migratedFrom: t.uint32().default(0),
    secret: t.string().default("").view(),
  },
  "State2",
);
const Memory2 = schema(
  { deck: t.array("string"), applied: t.map("uint32"), moved: t.boolean().default(false) },
  "Memory2",
);
const later = {
  ...common,
  state: State2,
  memory: Memory2,
  topics: { chat: common.topics.chat },
  // The first of them takes the number that `added` had.
  events: { aborted: z.object({}), added },
} as const;
export const Saga2 = defineRoomType({ ...later, version: 2 });
/** The same rules under a later version, so that a match may skip one. */
export const Saga3 = defineRoomType({ ...later, version: 3 });

export class SagaRoom2 extends GameRoom<typeof Saga2> {
  override readonly commands: CommandHandlers<typeof Saga2> = {
    add: ({ sessionId }, { n }) => {
      this.state.total++;
      this.state.heroes.get(sessionId)!.points += 1;
      this.emit("added", { by: sessionId, n });
      return { count: this.state.total, times: appliedOnce(this.memory.applied, sessionId, n) };
    },
    draw: ({ sessionId }) => {
      const card = this.memory.deck.pop()!;
      this.state.heroes.get(sessionId)!.hand.push(card);
      return { card };
    },
    ring: (_client, { inTicks }) => (this.after(inTicks, "bell", {}), {}),
    end: () => (void this.disconnect(), {}),
  };

  override readonly timers: TimerHandlers<typeof Saga2> = {
    bell: () => {
      this.state.rung = this.tick;
    },
  };

  override onRestore({ migratedFrom = 0 }: Pause): void {
    this.state.migratedFrom = migratedFrom;
    if (this.state.secret === "") throw new Error("onRestore before the match was migrated");
  }

  override onJoin({ sessionId }: Client, { name }: JoinOptions<typeof Saga2>): void {
    this.state.heroes.set(sessionId, new Hero2().assign({ title: name }));
  }

  override onLeave({ sessionId }: Client): void {
    this.state.heroes.delete(sessionId);
  }

  override viewFor({ sessionId }: Client): StateView {
    const view = new StateView();
    view.add(this.state.heroes.get(sessionId)!);
    return view;
  }

  override authorizeTopic(): boolean {
    return true;
  }
}

const oldState = z.object({
  count: z.int(),
  rung: z.int().optional(),
  secret: z.string(),
  heroes: z.record(z.string(), z.object({ name: z.string(), score: z.int(), hand: z.array(z.string()).default([]) })),
});
const oldMemory = z.object({ applied: z.record(z.string(), z.int()), deck: z.array(z.string()) });

/** From version 1 in one step, to whatever is above it. A match with a score of 13 cannot be brought over. */
export const sagaMigrations: Migrations<typeof Saga2> = {
  1: (old) => {
    const { count, rung, secret, heroes } = oldState.parse(old.state);
    const { applied, deck } = oldMemory.parse(old.memory);
    if (count === 13) throw new Error("a migration that throws");
    const state = new State2().assign({ total: count, era: "middle", secret: `${secret}, migrated` });
    if (rung !== undefined) state.rung = rung;
    for (const [sessionId, { name, score, hand }] of Object.entries(heroes)) {
      const hero = new Hero2().assign({ title: `Sir ${name}`, points: score });
      hero.hand.push(...hand);
      state.heroes.set(sessionId, hero);
    }
    const memory = new Memory2().assign({ moved: true });
    memory.deck.push(...deck);
    for (const [key, times] of Object.entries(applied)) memory.applied.set(key, times);
    return { state, memory };
  },
};

function appliedOnce(
  applied: Map<string, number> | InstanceType<typeof Memory1>["applied"],
  by: string,
  n: number,
): number {
  const times = (applied.get(`${by} ${n}`) ?? 0) + 1;
  applied.set(`${by} ${n}`, times);
  return times;
}
