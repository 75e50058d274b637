/** Something that comes, lasts and comes again: stalls, black holes, cuts. One timer while it runs, none once called off. */
import type { Clock } from "../clock.ts";
import { drawMs, type Span } from "./profile.ts";

export interface Spell {
  /** From the end of one to the begin of the next. 0: it never comes. */
  readonly everyMs: Span;
  readonly lastsMs: Span;
  readonly begin: () => void;
  readonly end: () => void;
}

/** Returns how to call it off; that ends none that has begun. */
export function startSpells(clock: Clock, random: () => number, { everyMs, lastsMs, begin, end }: Spell): () => void {
  if (everyMs === 0) return () => {};
  let cancel = clock.after(drawMs(everyMs, random), on);
  function on(): void {
    cancel = clock.after(drawMs(lastsMs, random), off);
    begin();
  }
  function off(): void {
    cancel = clock.after(drawMs(everyMs, random), on);
    end();
  }
  return () => cancel();
}
