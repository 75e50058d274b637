/** What a host answers in development only. In production there is nothing of it. */
import { matchMaker } from "@colyseus/core";
import type { HttpServices } from "../inspect/http.ts";
import type { Whereabouts } from "../socket/door.ts";
import type { Pids } from "./pids.ts";

/** `production`: default false. */
export function forDevelopers(
  production: boolean | undefined,
  whereabouts: Whereabouts,
  pids: Pids,
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
      where: (roomId, signal) => whereabouts.where(roomId, signal),
      die: () => void process.kill(pid, "SIGKILL"),
    },
  };
}
