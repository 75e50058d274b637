/** A host whose strain a test says: it goes down the ladder, and up to where it gives nothing up, as its clock is moved. */
import { LIMITS } from "@ninelives/shared-schema";
import type { ManualClock } from "./manual-clock.ts";
import { settle } from "./until.ts";

const { strain } = LIMITS;

/** From which strain on each rung is taken by default. */
const ENTERED_AT = {
  none: 0,
  "half-patches": strain.halfPatchesAt,
  "third-patches": strain.thirdPatchesAt,
  "near-interest": strain.nearInterestAt,
  "nearest-interest": strain.nearestInterestAt,
  "refuse-joins": strain.refuseJoinsAt,
  "refuse-rooms": strain.refuseRoomsAt,
} as const;

/** From the top to the bottom, or back, where somebody has been impatient before. */
const LOOKS_MAX = 1_000;

export interface Strained {
  readonly clock: ManualClock;
  readonly host: { readonly url: string };
}

export class HandStrain {
  #loop = 0;

  /** For the option `usage` of a host. */
  readonly usage = () => ({ loop: this.#loop, heap: 0 });

  /** Moves the clock until the host is there. It stays there. */
  async to(rung: keyof typeof ENTERED_AT, { clock, host }: Strained): Promise<void> {
    this.#loop = ENTERED_AT[rung];
    for (let look = 0; look < LOOKS_MAX; look++) {
      if ((await rungOf(host.url)) === rung) return;
      clock.advance(LIMITS.strainLookMs);
      await settle();
    }
    throw new Error(`the host did not come to "${rung}", it is at "${await rungOf(host.url)}"`);
  }
}

/** As /readyz says it. */
export async function rungOf(url: string): Promise<string> {
  const { strain: rung = "none" } = (await (await fetch(`${url}/readyz`)).json()) as { strain?: string };
  return rung;
}
