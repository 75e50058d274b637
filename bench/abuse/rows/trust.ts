/** E1, J1, J3: what the game's own code, a token and the Redis of the processes can be led to. */
import { CODES } from "@ninelives/shared-schema";
import { STYLES } from "../attacks/thrower.ts";
import type { Called } from "../attacks/publisher.ts";
import type { Replayed } from "../attacks/tokens.ts";
import { exactly, type Found, type Row, type Stage } from "../row.ts";
import type { Counted } from "../server.ts";
import { newRoom } from "../new-room.ts";
import { endedHow } from "../stage.ts";

const BITS_MIN = 128;
const FOREIGN_METHODS = ["grant", "disconnect"] as const;
/** A process that is going to end has done so by then. */
const END_MS = 8_000;

async function throwing(stage: Stage): Promise<Found> {
  const { server } = stage;
  const roomId = await newRoom(stage.url, "thrower");
  const saw: string[] = [];
  let fate = "alive";
  for (const style of STYLES) {
    const outcome = await stage.attack<string>("throw", { roomId, style }).catch((error: Error) => error.message);
    if (outcome === `closed ${CODES.SERVER_SHUTDOWN.code}`) {
      await stage.sleep(END_MS);
      fate = "shuts down, and everybody is sent away";
    }
    if (server.ended !== undefined) fate = endedHow(server.ended);
    saw.push(`${style}: ${fate === "alive" ? outcome : `the process ${fate}`}`);
    if (fate !== "alive") break;
  }
  const rooms = fate === "alive" ? await server.ask<number>("roomsOf", "thrower") : 0;
  return {
    figure: saw.join("; "),
    checks: [
      exactly("the process", fate, "alive"),
      exactly("rooms whose handler threw that are still there", rooms, 1),
    ],
    figures: { saw, fate, rooms },
  };
}

/**
 * A token that changes whenever its player comes back leaves older ones behind, which are tried. As long as ours stays the same while the
 * seat is held there is none; the token itself is then as good for whoever has it as for the player.
 */
async function tokens(stage: Stage): Promise<Found> {
  const { bits, rotates, replay, afterLeave } = await stage.attack<Replayed>("tokens", {});
  const older = rotates ? `an older one: ${replay}` : "one token as long as the seat is held";
  return {
    figure: `${bits} bits at most, in the query of the address; ${older}; after the player has left: ${afterLeave}`,
    checks: [
      {
        what: "bits of a token",
        promised: `at least ${BITS_MIN}`,
        got: String(bits),
        holds: bits >= BITS_MIN,
        isTimed: false,
      },
      exactly("seats got with a token that was replaced", replay === "let in" ? 1 : 0, 0),
      exactly("seats got with the token of one who has left", afterLeave === "let in" ? 1 : 0, 0),
    ],
    figures: { bits, rotates, replay, afterLeave },
  };
}

async function foreignCalls(stage: Stage): Promise<Found> {
  const { redisUrl, server } = stage;
  const roomId = await newRoom(stage.url, "known");
  const called = await stage.attack<Called>("call", { redisUrl, roomId, methods: FOREIGN_METHODS });
  const { grants } = await server.ask<Counted>("counted");
  const rooms = await server.ask<number>("roomsOf", "known");
  const answers = Object.entries(called).map(([method, answer]) => `${method}(): ${answer}`);
  return {
    figure: `${answers.join(", ")}; ${rooms === 0 ? "the room is gone" : "the room is there"}`,
    checks: [
      exactly("calls of the game's own method", grants, 0),
      exactly("answers", Object.values(called).join(", "), FOREIGN_METHODS.map(() => "refused").join(", ")),
      exactly("the room is still there", rooms, 1),
    ],
    figures: { called, grants, rooms },
  };
}

export const THROWING: Row = {
  id: "E1",
  attack: "a message that makes the game's handler throw",
  rules: "TK7 SO4",
  target: "that connection at most; the room plays on",
  isBrief: true,
  run: throwing,
};

export const TOKENS: Row = {
  id: "J1",
  attack: "a reconnection token that somebody else has seen is tried",
  rules: "SE5",
  target: "128 bits; a replaced one gets nothing",
  isBrief: true,
  run: tokens,
};

export const FOREIGN_CALLS: Row = {
  id: "J3",
  attack: "somebody at the Redis that processes share calls methods of a room",
  rules: "ABU1",
  target: "refused",
  server: () => ({ redis: true }),
  isBrief: true,
  run: foreignCalls,
};
