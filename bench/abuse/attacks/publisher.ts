/** Somebody who can publish at the Redis that processes share, and calls what he likes. */
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";

const ANSWER_MS = 3_000;

/** A method of a room, and what its process answered: `done`, `refused`, or `no answer`. */
export type Called = Readonly<Record<string, string>>;

export async function callRoom(redisUrl: string, roomId: string, methods: readonly string[]): Promise<Called> {
  const [ear, mouth] = [new Redis(redisUrl), new Redis(redisUrl)];
  const called: Record<string, string> = {};
  try {
    for (const [at, method] of methods.entries()) {
      const id = `foreign-${at}`;
      const { promise, resolve } = Promise.withResolvers<string>();
      ear.on("message", (channel: string, text: string) => {
        if (channel === `ipc:${id}`) resolve((JSON.parse(text) as [number])[0] === 0 ? "done" : "refused");
      });
      await ear.subscribe(`ipc:${id}`);
      await mouth.publish(`$${roomId}`, JSON.stringify([method, id, []]));
      called[method] = await Promise.race([promise, sleep(ANSWER_MS, "no answer")]);
    }
    return called;
  } finally {
    ear.disconnect();
    mouth.disconnect();
  }
}
