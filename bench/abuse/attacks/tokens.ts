/** Reconnection tokens that somebody else has seen: in a proxy's log, over a shoulder. */
import { Protocol } from "@colyseus/core";
import { RawClient } from "../../../test/support/raw-client.ts";
import { until } from "../../../test/support/until.ts";

const BITS_OF_A_CHARACTER = 6;

export interface Replayed {
  /** Of a token, as many as its alphabet and length allow. */
  readonly bits: number;
  /** The player came back, and has another token now. */
  readonly rotates: boolean;
  /** What became of whoever came with a token that the player had replaced: `let in`, or why not. undefined: there is none. */
  readonly replay: string | undefined;
  /** The same of the token of a seat that its player has given up. */
  readonly afterLeave: string;
}

/** `roomType`: one whose rooms hold the seat of a player who is away. */
export async function replayTokens(url: string, roomType: string): Promise<Replayed> {
  const first = await RawClient.join(url, `create/${roomType}`);
  const token = tokenOf(first);
  first.close();
  await first.closed;
  const second = await until("the player to be back", () => first.again(url).catch(() => undefined));
  const rotates = tokenOf(second) !== token;
  const replay = rotates ? await tryOut(first, url) : undefined;
  second.send(Protocol.LEAVE_ROOM);
  await second.closed;
  return { bits: token.length * BITS_OF_A_CHARACTER, rotates, replay, afterLeave: await tryOut(second, url) };
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
