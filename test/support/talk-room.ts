/** Rooms in which players talk: teams decide who may read and write what. */
import { schema, t } from "@colyseus/schema";
import type { Client } from "@colyseus/core";
import { type CommandHandlers, GameRoom, type TopicAccess } from "@ninelives/server";
import { defineRoomType, type JoinOptions, type TopicName } from "@ninelives/shared-schema";
import { z } from "zod";

const TalkState = schema({ teams: t.map("string") }, "TalkState");

export const Talk = defineRoomType({
  name: "talk",
  tickHz: 50,
  maxPlayers: 16,
  state: TalkState,
  options: z.object({ team: z.string().default("red") }),
  commands: {
    changeTeam: { payload: z.object({ team: z.string() }), result: z.object({}) },
    /** The server says it, in its own name. */
    announce: { payload: z.object({ topic: z.string(), text: z.string() }), result: z.object({}) },
  },
  topics: {
    "team/*/chat": { payload: z.object({ text: z.string().max(40) }), history: 5 },
    "team/*/pings": { payload: z.object({ x: z.number(), y: z.number() }), history: 0 },
    "staff/log": { payload: z.object({ text: z.string() }) },
    "global/news": { payload: z.object({ text: z.string() }), scope: "host", history: 5 },
    "party/*": { payload: z.object({ text: z.string() }), scope: "host" },
  },
});

export class TalkRoom extends GameRoom<typeof Talk> {
  override readonly commands: CommandHandlers<typeof Talk> = {
    changeTeam: (client, { team }) => {
      this.state.teams.set(client.sessionId, team);
      return {};
    },
    announce: (_client, { topic, text }) => {
      this.publish(topic as "global/news", { text });
      return {};
    },
  };
  /** Throws once when asked for this topic. */
  trap: string | undefined;

  override onJoin(client: Client, { team }: JoinOptions<typeof Talk>): void {
    this.state.teams.set(client.sessionId, team);
  }

  override onLeave(client: Client): void {
    this.state.teams.delete(client.sessionId);
  }

  override authorizeTopic(client: Client, topic: TopicName<typeof Talk>, access: TopicAccess): boolean {
    if (topic === this.trap) throw new Error("authorizeTopic that throws");
    if (topic === "global/news") return access === "read";
    if (topic.startsWith("party/")) return true;
    return topic.startsWith(`team/${this.state.teams.get(client.sessionId)}/`);
  }
}
