/** The class of a room's state as it is now; a plain room makes its state itself, and may replace it. */
import type { Room } from "@colyseus/core";
import { Schema } from "@colyseus/schema";
import { layoutHash, type SchemaClass } from "@ninelives/shared-schema";

/** undefined: the room has no state, or one that is no tree. */
export function stateClassOf({ state }: Room): SchemaClass | undefined {
  return (state as unknown) instanceof Schema ? ((state as Schema).constructor as SchemaClass) : undefined;
}

/** Of the state as clients get it now, in short; empty: there is none. */
export function stateLayout(room: Room): string {
  const stateClass = stateClassOf(room);
  return stateClass === undefined ? "" : layoutHash(stateClass);
}
