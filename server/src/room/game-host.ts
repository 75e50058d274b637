/** What stands behind the calls a game makes on its room. */
import type { RoomType } from "@ninelives/shared-schema";
import type { RoomTopics } from "../topics/room-topics.ts";
import { emit } from "./emit.ts";
import type { GameRoomHost } from "./game-room.ts";
import type { MatchSeats } from "./match-seats.ts";
import type { RoomRuntime } from "./room-runtime.ts";

export function gameRoomHost(
  runtime: RoomRuntime<RoomType>,
  topics: RoomTopics,
  match: MatchSeats,
  onEventFault: (error: unknown, name: string) => void,
): GameRoomHost {
  return {
    get tick() {
      return runtime.tick;
    },
    memory: runtime.memory,
    random: runtime.random,
    get match() {
      return match.facts;
    },
    get interest() {
      return runtime.interest;
    },
    teamOf: (sessionId) => match.teamOf(sessionId),
    publish: (topic, payload) => topics.publishOwn(topic, payload),
    emit: (name, payload, to) => emit(runtime, name, payload, to, (error) => onEventFault(error, name)),
    after: (ticks, name, payload) => runtime.timers.add(name, payload, ticks, runtime.tick),
    cancel: (timer) => runtime.timers.cancel(timer),
  };
}
