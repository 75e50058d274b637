/** Says which pid a process id belongs to, for tests and operators who want to kill the right one. */
import { matchMaker } from "@colyseus/core";
import type { DirectoryBackend } from "../matchmaking/backend.ts";
import type { Clock, Timer } from "../tick/clock.ts";

/** How long a process's pid stays known to the others without being said again, and how often it is said: a Redis may forget all. */
const PID_TTL_SECONDS = 60;
const PID_EVERY_MS = 1_000;

export interface Pids {
  /** undefined: not known. */
  of(processId: string): Promise<number | undefined>;
  stop(): void;
}

export function announcePid({ presence }: DirectoryBackend, clock: Clock): Pids {
  const key = (processId: string) => `ninelives:pid:${processId}`;
  let timer: Timer | undefined;
  const say = () => {
    void presence.setex(key(matchMaker.processId), String(process.pid), PID_TTL_SECONDS);
    timer = clock.after(PID_EVERY_MS, say);
  };
  say();
  return {
    stop: () => timer?.cancel(),
    async of(processId: string): Promise<number | undefined> {
      if (processId === matchMaker.processId) return process.pid;
      const pid: unknown = await presence.get(key(processId));
      return pid === null || pid === undefined ? undefined : Number(pid);
    },
  };
}
