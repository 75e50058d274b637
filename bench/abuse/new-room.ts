/** Has a server make a room, which is there whether or not somebody takes the seat in it. Resolves with its id. */
export async function newRoom(url: string, roomType: string): Promise<string> {
  const answer = await fetch(`${url}/matchmake/create/${roomType}`, { method: "POST", body: "{}" });
  if (!answer.ok) throw new Error(`no room of ${roomType}: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { roomId: string }).roomId;
}
