/** The section `strain` of a configuration: from which strain on a host gives up what, and how patiently. Every value has a default. */
import { LIMITS } from "@ninelives/shared-schema";
import { z } from "zod";

const { strain: byDefault, strainAtMin: least } = LIMITS;
/** What is no threshold is told alone: nothing is compared with it. */
const threshold = z.union([z.literal(false), z.number().min(least, { abort: true }).max(1, { abort: true })], {
  error: `a number from ${least} to 1, or false, expected`,
});
const at = (value: number) => threshold.default(value);
const ms = (span: number) => z.number().min(LIMITS.strainMsMin).max(LIMITS.strainMsMax).default(span);

/** In the order in which they are given up. */
const THRESHOLDS = [
  "halfPatchesAt",
  "thirdPatchesAt",
  "nearInterestAt",
  "nearestInterestAt",
  "refuseJoinsAt",
  "refuseRoomsAt",
] as const;

export const strainSchema = z
  .strictObject({
    halfPatchesAt: at(byDefault.halfPatchesAt),
    thirdPatchesAt: at(byDefault.thirdPatchesAt),
    nearInterestAt: at(byDefault.nearInterestAt),
    nearestInterestAt: at(byDefault.nearestInterestAt),
    refuseJoinsAt: at(byDefault.refuseJoinsAt),
    refuseRoomsAt: at(byDefault.refuseRoomsAt),
    stepMs: ms(byDefault.stepMs),
    calmMs: ms(byDefault.calmMs),
  })
  .superRefine((settings, context) => {
    let before: (typeof THRESHOLDS)[number] | undefined;
    for (const name of THRESHOLDS) {
      const value = settings[name];
      if (value === false) continue;
      const lowest = before === undefined ? 0 : (settings[before] as number);
      if (value < lowest)
        context.addIssue({ code: "custom", path: [name], message: `at least ${before}, ${lowest}, expected` });
      before = name;
    }
  })
  .prefault({});

/** Strain is 0 to 1: the highest of the loop's, the ticks' and the heap's. `false` in place of one: that is never given up. */
export interface StrainSettings {
  /** Patches leave every second tick. */
  readonly halfPatchesAt: number | false;
  /** Patches leave every third tick. */
  readonly thirdPatchesAt: number | false;
  /** `interest` of games is 0.75. */
  readonly nearInterestAt: number | false;
  /** `interest` of games is 0.5. */
  readonly nearestInterestAt: number | false;
  /** Who has no seat yet is BUSY. */
  readonly refuseJoinsAt: number | false;
  /** No room is made, and the host is not ready. */
  readonly refuseRoomsAt: number | false;
  /** How long it lasts before the next thing is given up, ms. */
  readonly stepMs: number;
  /** How long it is calm before the last thing is taken back, ms. */
  readonly calmMs: number;
}

/** What a configuration may say: any part of it. */
export type StrainInput = z.input<typeof strainSchema>;
