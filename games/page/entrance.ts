/**
 * Into a room and back into it, for every game's page. The address carries the room (`?room=<id>`), so the link in the address
 * bar is the invitation.
 */
import type { Client, Room } from "@ninelives/client";
import { type JoinInput, NetError, type RoomType } from "@ninelives/shared-schema";

/** Into the room of the link; into any when that one is over. */
export async function enter<T extends RoomType>(client: Client, type: T, options: JoinInput<T>): Promise<Room<T>> {
  const roomId = roomInAddress();
  if (roomId === null) return client.joinOrCreate(type, options);
  try {
    return await client.joinById(type, roomId, options);
  } catch (error) {
    if (!(error instanceof NetError) || error.name !== "ROOM_NOT_FOUND") throw error;
    return client.joinOrCreate(type, options);
  }
}

export function roomInAddress(): string | null {
  return new URL(location.href).searchParams.get("room");
}

export function putRoomInAddress(roomId: string): void {
  const url = new URL(location.href);
  url.searchParams.set("room", roomId);
  history.replaceState(null, "", url);
}

/** Why somebody could not join, in words for the player. */
export function whyNot(error: unknown): string {
  if (!(error instanceof NetError)) return "Something went wrong. Try again.";
  switch (error.name) {
    case "ROOM_FULL":
      return "That match is full. Open the page without the link to get another.";
    case "UNREACHABLE":
      return "The server does not answer. Try again in a moment.";
    case "SERVER_SHUTDOWN":
      return "The server is about to restart. Try again in a moment.";
    default:
      return error.message;
  }
}

/** Whether the browser let us. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
