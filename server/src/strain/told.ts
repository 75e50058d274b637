/** What the log of a host says of its strain: one line for each change. */
import type { Logger } from "../inspect/logger.ts";
import type { RungName } from "./rungs.ts";
import type { StrainChange } from "./strain.ts";

const GIVEN_UP: Readonly<Record<RungName, string>> = {
  "half-patches": "patches leave every second tick",
  "third-patches": "patches leave every third tick",
  "near-interest": "games that ask show three quarters of the radius",
  "nearest-interest": "games that ask show half of the radius",
  "refuse-joins": "nobody who has no seat gets one",
  "refuse-rooms": "this process makes no new room, and is not ready",
};

export function strainTold(logger: Logger): (change: StrainChange) => void {
  return ({ from, to, isWorse, strain, usage: { loop, heap, late = 0 }, calmMs }) => {
    const measures = { strain: rounded(strain), loop: rounded(loop), late: rounded(late), heap: rounded(heap) };
    const about = { from: from ?? "none", to: to ?? "none", ...measures, calmMs };
    if (isWorse) logger.warn(about, `under strain: ${GIVEN_UP[to!]}`);
    else logger.info(about, `less strain, and an end of this: ${GIVEN_UP[from!]}`);
  };
}

function rounded(share: number): number {
  return Math.round(share * 100) / 100;
}
