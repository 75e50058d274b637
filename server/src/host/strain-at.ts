/** The strain of a real host: what it gives up is said in its log and its metrics. */
import type { Host } from "../config.ts";
import type { Logger } from "../inspect/logger.ts";
import type { Metrics } from "../inspect/metrics.ts";
import { Strain } from "../strain/strain.ts";
import { strainTold } from "../strain/told.ts";
import type { Usage } from "../strain/usage.ts";
import type { Clock } from "../tick/clock.ts";

/** Looks at itself from now on, until it is stopped. `measure`: default what this process uses. */
export function strainAt(
  { strain: settings }: Host,
  clock: Clock,
  logger: Logger,
  metrics: Metrics,
  measure: (() => Usage) | undefined,
): Strain {
  const strain = new Strain({
    clock,
    settings,
    measure,
    onChange: strainTold(logger),
    onHeldBack: (what) => metrics.heldBack(what),
  });
  metrics.strain(strain);
  return strain;
}
