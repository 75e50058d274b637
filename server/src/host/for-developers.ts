/** What a host answers in development only. In production there is nothing of it. */
import { matchMaker, type Room } from "@colyseus/core";
import { awaitedIn } from "../adapter.ts";
import type { OwnRoom } from "../inspect/dev-rooms.ts";
import type { HttpServices } from "../inspect/http.ts";
import type { Operator } from "../inspect/operator.ts";
import type { HostRooms } from "../room/host-rooms.ts";
import { runtimeOf } from "../room/inside.ts";
import type { Whereabouts } from "../socket/door.ts";
import type { Strain } from "../strain/strain.ts";
import type { Pids } from "./pids.ts";

/** `production`: default false. */
export function forDevelopers(
  production: boolean | undefined,
  whereabouts: Whereabouts,
  pids: Pids,
  rooms: HostRooms,
  { operator, strain }: { readonly operator: Operator; readonly strain: Pick<Strain, "rung"> },
): Pick<HttpServices, "pidOf" | "dev"> {
  if (production === true) return { pidOf: undefined, dev: undefined };
  const { pid } = process;
  const pidOf = (processId: string) => pids.of(processId);
  return {
    pidOf,
    dev: {
      processId: matchMaker.processId,
      pid,
      pidOf,
      authorization: operator.authorization,
      rung: () => strain.rung,
      own: () => rooms.all().map((room) => ownRoom(room)),
      where: (roomId, signal) => whereabouts.where(roomId, signal),
      die: () => void process.kill(pid, "SIGKILL"),
    },
  };
}

function ownRoom(room: Room): OwnRoom {
  const { roomId, roomName } = room;
  const { epoch, tick, mayStep, seats, budget } = runtimeOf(room);
  const { share, standing, every } = budget;
  return {
    roomId,
    type: roomName,
    epoch,
    tick,
    isRunning: mayStep,
    budget: { share, standing, every },
    seats: Object.fromEntries(seats.sessionIds.map((sessionId) => [sessionId, seats.isConnected(sessionId)])),
    awaited: awaitedIn(roomId),
  };
}
