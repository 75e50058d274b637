/** Reconnection tokens that somebody else has seen: in a proxy's log, over a shoulder. */
import { Protocol } from "@colyseus/core";
import { RawClient } from "../../../test/support/raw-client.ts";
import { until } from "../../../test/support/until.ts";

const BITS_OF_A_CHARACTER = 6;

export interface Replayed {
  /** Of a token, as many as its alphabet and length allow. */
  readonly bits: number;
  /** The player came back, and has another token than at first. */
  readonly rotates: boolean;
  /** What became of whoever came with a token that the player had replaced: `let in`, or why not. undefined: there is none. */
  readonly replay: string | undefined;
  /** The same of the token of a seat that its player has given up. */
  readonly afterLeave: string;
}

/** The player comes back twice, so that the first token is no longer the one before. `roomType`: its rooms hold the seat of who is away. */
export async function replayTokens(url: string, roomType: string): Promise<Replayed> {
  const first = await RawClient.join(url, `create/${roomType}`);
  const token = tokenOf(first);
  const third = await comeBack(await comeBack(first, url), url);
  const rotates = tokenOf(third) !== token;
  const replay = rotates ? await tryOut(first, url) : undefined;
  third.send(Protocol.LEAVE_ROOM);
  await third.closed;
  return { bits: token.length * BITS_OF_A_CHARACTER, rotates, replay, afterLeave: await tryOut(third, url) };
}

/** After a drop, with the token it was told last. */
async function comeBack(client: RawClient, url: string): Promise<RawClient> {
  client.close();
  await client.closed;
  return until("the player to be back", () => client.again(url).catch(() => undefined));
}

function tokenOf({ frames }: RawClient): string {
  const joined = frames.find((frame) => frame[0] === Protocol.JOIN_ROOM)!;
  return joined.subarray(2, 2 + joined[1]!).toString();
}

async function tryOut(client: RawClient, url: string): Promise<string> {
  try {
    (await client.again(url)).close();
    return "let in";
  } catch (error) {
    return (error as Error).message.trim();
  }
}
