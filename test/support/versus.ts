/** Room types whose players wait for a match: one asks them whether they will, one fills seats that come free. */
import type { Client } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { type CommandHandlers, GameRoom, type Prowess } from "@ninelives/server";
import { defineRoomType, type JoinOptions, type MatchRulesInput } from "@ninelives/shared-schema";
import { z } from "zod";

const VersusState = schema({ teams: t.map("int8"), map: t.string().default("") }, "VersusState");

function versusType(name: string, matching: MatchRulesInput) {
  return defineRoomType({
    name,
    tickHz: 50,
    maxPlayers: 16,
    state: VersusState,
    options: z.object({
      name: z.string().trim().min(1).max(10),
      map: z.enum(["hill", "lake"]).default("hill"),
    }),
    commands: { lock: { payload: z.object({}), result: z.object({}) } },
    filterBy: ["map"],
    matching,
  });
}

/** Two players, who are asked. */
export const Duel = versusType("asked", {
  teams: 2,
  size: 1,
  acceptMs: 5_000,
  skill: { window: 100, widenPerSecond: 10 },
});
/** Two teams of two; who leaves is replaced. */
export const Squad = versusType("squad", { teams: 2, size: 2, backfill: true });
export type Versus = typeof Squad;

export class VersusRoom extends GameRoom<Versus> {
  static override prowessOf({ skill, latencies }: Prowess): Prowess {
    if (skill > 9_000) throw new Error("nobody is that good");
    return { skill, latencies };
  }

  override readonly commands: CommandHandlers<Versus> = {
    lock: () => {
      void this.lock();
      return {};
    },
  };

  override onCreate({ map }: JoinOptions<Versus>): void | Promise<void> {
    if (this.match?.filters.map !== map) throw new Error(`a match on ${map} expected`);
    this.state.map = map;
  }

  override onJoin(client: Client): void {
    this.state.teams.set(client.sessionId, this.teamOf(client) ?? -1);
  }

  override onLeave({ sessionId }: Client): void {
    this.state.teams.delete(sessionId);
  }
}

/** As {@link Squad}, in rooms that take a second to be made. */
export const SlowSquad = versusType("slow-squad", { teams: 2, size: 2 });

export class SlowVersusRoom extends VersusRoom {
  override async onCreate(options: JoinOptions<Versus>): Promise<void> {
    await super.onCreate(options);
    process.stdout.write("the room of a match is being made\n");
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

/** Nobody plays before sixteen are there. */
export const Crowded = versusType("crowded", { teams: 2, size: 8 });
