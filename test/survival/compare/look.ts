/** Takes the three views of a fleet, each from its own side. */
import type { Room } from "@ninelives/client";
import type { RoomType } from "@ninelives/shared-schema";
import { within } from "../../support/until.ts";
import { type Player, tallyOf } from "../player.ts";
import { readKeys } from "./keys.ts";
import type { ClientView, HostView, Listed, Look, Run } from "./views.ts";

/** `clients`: as they were looked at before. Rejects when a process of these, or Redis, does not answer. */
export async function lookAt(urls: readonly string[], redisUrl: string, clients: readonly ClientView[]): Promise<Look> {
  const hosts = await Promise.all(urls.map((url) => hostAt(url)));
  return { clients, hosts, keys: await readKeys(redisUrl) };
}

/** `asksTally`: the room is asked which commands it has run, and answers when its log has the question. Default false. */
export async function viewOf(player: Player, asksTally = false): Promise<ClientView> {
  const { sessionId, room, answered } = player;
  const tally = asksTally ? await within(`the tally of ${sessionId}`, tallyOf(player)) : undefined;
  const { ticks, players } = room.state;
  return { ...viewOfOther(room), tick: ticks, sees: [...players.keys()], sent: player.answers.length, answered, tally };
}

/** A client of whose state nothing is known. */
export function viewOfOther<T extends RoomType>({ sessionId, roomId, connection, epoch }: Room<T>): ClientView {
  const unknown = { tick: 0, sees: undefined, sent: 0, answered: 0, tally: undefined };
  return { sessionId, roomId, connection: connection.state, epoch, ...unknown };
}

async function hostAt(url: string): Promise<HostView> {
  const [health, own, rooms] = await Promise.all(["/healthz", "/dev/rooms", "/rooms"].map((path) => fetch(url + path)));
  const { processId, rooms: runs } = (await own!.json()) as { processId: string; rooms: readonly Run[] };
  const listed = (await rooms!.json()) as readonly Listed[] | { readonly error: string };
  return {
    processId,
    health: (await health!.json()) as HostView["health"],
    runs,
    listed: "error" in listed ? listed.error : listed,
  };
}
