/**
 * Where the time of one failover went, by what the hosts say: the owner is found dead, another process has claimed the room (an epoch is
 * the store's wall clock at its claim), the room is open, half of the players have a state of it. Log lines are written to the ms.
 */
import type { Strike } from "./sites.ts";

/** Each from the one before, ms; undefined: nobody said it. */
export interface Phases {
  readonly found: number | undefined;
  readonly claimed: number | undefined;
  readonly opened: number | undefined;
}

interface Line {
  readonly time: number;
  readonly msg?: string;
  readonly epoch?: number;
}

/** `said`: what the living hosts have written. */
export function phasesOf(said: string, roomId: string, { wallMs }: Strike): Phases {
  const lines = said
    .split("\n")
    .filter((line) => /another process died|"room taken over"/.test(line))
    .map((line) => JSON.parse(line) as Line & { readonly roomId?: string })
    .filter(({ time }) => time >= wallMs);
  const deaths = lines.filter(({ msg }) => msg === "another process died").map(({ time }) => time);
  const taken = lines.find((line) => line.msg === "room taken over" && line.roomId === roomId);
  const foundMs = deaths.length === 0 ? undefined : Math.min(...deaths);
  const found = foundMs === undefined ? undefined : foundMs - wallMs;
  if (taken?.epoch === undefined) return { found, claimed: undefined, opened: undefined };
  return { found, claimed: taken.epoch - (foundMs ?? wallMs), opened: taken.time - taken.epoch };
}
