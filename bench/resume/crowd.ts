/**
 * The rooms of the resume bench: players who are there or away, and who may say something that is counted. Once as Ninelives
 * rooms, still or with a state that changes every tick, once as a plain Colyseus room over the same state.
 */
import { type Client, Room } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { type CommandHandlers, GameRoom } from "@ninelives/server";
import { defineRoomType } from "@ninelives/shared-schema";
import { z } from "zod";

export const TICK_HZ = 20;
export const SEATS = 50;
export const ROOM_NAMES = ["still", "lively"] as const;
export type RoomName = (typeof ROOM_NAMES)[number];
/** Clients whose network is watched, in each of these rooms. */
export const WATCHERS = 20;
/** How long a seat is held, s: the default of ours. */
export const HOLD_SECONDS = 60;

const Member = schema(
  {
    x: t.float32().default(0),
    y: t.float32().default(0),
    said: t.uint16().default(0),
    away: t.boolean().default(false),
  },
  "Member",
);
const CrowdState = schema({ tick: t.uint32().default(0), members: t.map(Member) }, "CrowdState");
type CrowdState = InstanceType<typeof CrowdState>;

/** How often this session has spoken, this time included. */
function speak(state: CrowdState, sessionId: string): { said: number } {
  const member = state.members.get(sessionId)!;
  return { said: ++member.said };
}

function setAway(state: CrowdState, sessionId: string, away: boolean): void {
  const member = state.members.get(sessionId);
  if (member !== undefined) member.away = away;
}

function crowdType(name: RoomName) {
  return defineRoomType({
    name,
    tickHz: TICK_HZ,
    maxPlayers: SEATS,
    state: CrowdState,
    commands: { speak: { payload: z.object({}), result: z.object({ said: z.number() }) } },
  });
}

/** Nothing is sent while nobody says anything. */
export const Still = crowdType("still");
/** A patch every tick. */
export const Lively = crowdType("lively");
export type CrowdType = typeof Still;

export class CrowdRoom extends GameRoom<CrowdType> {
  override readonly commands: CommandHandlers<CrowdType> = {
    speak: ({ sessionId }) => speak(this.state, sessionId),
  };

  override onJoin({ sessionId }: Client): void {
    this.state.members.set(sessionId, new Member());
  }

  override onDrop({ sessionId }: Client): void {
    setAway(this.state, sessionId, true);
  }

  override onReconnect({ sessionId }: Client): void {
    setAway(this.state, sessionId, false);
  }

  override onLeave({ sessionId }: Client): void {
    this.state.members.delete(sessionId);
  }
}

export class LivelyRoom extends CrowdRoom {
  override onTick({ tick }: { readonly tick: number }): void {
    this.state.tick = tick;
  }
}

/** The way Colyseus documents it: the seat is held in `onDrop`. */
export class StockCrowdRoom extends Room<{ state: CrowdState }> {
  override maxClients = SEATS;
  override state = new CrowdState();
  override patchRate = 1000 / TICK_HZ;

  override onCreate(): void {
    this.onMessage("speak", ({ sessionId }: Client) => speak(this.state, sessionId));
  }

  override onJoin({ sessionId }: Client): void {
    this.state.members.set(sessionId, new Member());
  }

  override onDrop(client: Client): void {
    setAway(this.state, client.sessionId, true);
    void this.allowReconnection(client, HOLD_SECONDS);
  }

  override onReconnect({ sessionId }: Client): void {
    setAway(this.state, sessionId, false);
  }

  override onLeave({ sessionId }: Client): void {
    this.state.members.delete(sessionId);
  }
}
