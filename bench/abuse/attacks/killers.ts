/**
 * Inputs whose counts and lengths lie, as the grammar of the frame fuzzer makes them: against a decoder that believes them, a few bytes
 * keep a process busy for ever, or until its memory is gone.
 */
import { Random, seedWords } from "@ninelives/shared-schema";
import { Grammar } from "../../../test/fuzz/frames/grammar.ts";
import { RawClient } from "../../../test/support/raw-client.ts";
import { next } from "./events.ts";

const ANSWER_MS = 8_000;

export interface Killed {
  /** Frames until it was over: the last one was answered by nothing any more. */
  readonly frames: number;
  /** How often the connection was closed, by code. */
  readonly closed: Readonly<Record<string, number>>;
  readonly isSilent: boolean;
}

/** `times` frames, each over a connection that still lives; ends earlier when nothing is answered any more. */
export async function sendKillers(url: string, roomType: string, times: number, seed: number): Promise<Killed> {
  const grammar = new Grammar(new Random(seedWords(seed)), "pads");
  const closed: Record<string, number> = {};
  let client: RawClient | undefined;
  for (let frames = 0; frames < times; frames++) {
    try {
      client ??= await entered(url, roomType);
    } catch {
      return { frames, closed, isSilent: true };
    }
    const { socket } = client;
    const answered = next(socket, "pong").then(() => "pong" as const);
    client.socket.send(grammar.redundantInputs());
    socket.ping();
    const late = new Promise<"late">((resolve) => setTimeout(() => resolve("late"), ANSWER_MS).unref());
    const outcome = await Promise.race([answered, client.closed, late]);
    if (outcome === "pong") continue;
    if (outcome === "late") return { frames: frames + 1, closed, isSilent: true };
    closed[outcome[0]] = (closed[outcome[0]] ?? 0) + 1;
    client = undefined;
  }
  client?.close();
  return { frames: times, closed, isSilent: false };
}

async function entered(url: string, roomType: string): Promise<RawClient> {
  const client = await RawClient.join(url, `joinOrCreate/${roomType}`);
  client.socket.on("error", () => {});
  return client;
}
