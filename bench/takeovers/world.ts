/** What both parts of the takeovers bench share. */
import { join } from "node:path";

export const CONFIG = join(import.meta.dirname, "config.ts");
/** From the start of a host until the others count on it, ms: a lease and a few beats. */
export const GROWN_MS = 2_500;
