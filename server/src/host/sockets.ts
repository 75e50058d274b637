/** What a socket that comes to a host says of itself. */
import type { IncomingMessage } from "node:http";
import { matchMaker, type Room } from "@colyseus/core";
import type { Custody } from "../ownership/custody.ts";
import { isPromised } from "../adapter.ts";
import { runtimeOf, seatIn } from "../room/inside.ts";
import { type Asked, greetingOf } from "../session/greetings.ts";

/** The seat a socket asks for: `/<processId>/<roomId>?sessionId=…`. */
export function askedBy(request: IncomingMessage): Asked | undefined {
  const { searchParams } = new URL(request.url ?? "/", "ws://server");
  return seatIn(roomOf(request), searchParams.get("sessionId") ?? "");
}

/** The session of a promised seat that a socket comes for; undefined where there is none, or somebody has it. */
export function promisedTo(request: IncomingMessage): string | undefined {
  const room = roomOf(request);
  const sessionId = new URL(request.url ?? "/", "ws://server").searchParams.get("sessionId") ?? "";
  return room !== undefined && isPromised(room, sessionId) ? sessionId : undefined;
}

function roomOf({ url = "/" }: IncomingMessage): Room | undefined {
  return matchMaker.getLocalRoomById(new URL(url, "ws://server").pathname.split("/").at(-1)!);
}

/** A player who has seen a later owner of the room than this process is knows better. */
export function hear(custody: Custody, socket: object, request: IncomingMessage): undefined {
  const room = roomOf(request);
  const greeting = greetingOf(socket);
  if (room !== undefined && greeting !== undefined && greeting.epoch > runtimeOf(room).epoch) {
    custody.heard(room.roomId, greeting.epoch);
  }
}
