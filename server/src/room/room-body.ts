/** What a room's runtime and the Colyseus room in front of it ask of each other. */
import type { SchemaClass } from "@ninelives/shared-schema";
import type { TreeBytes } from "../adapter.ts";
import type { DueTimer } from "./timers.ts";

/** What the runtime asks of the Colyseus room it stands behind. */
export interface RoomBody {
  /** Runs in the room's name: what it starts and nobody waits for is the room's when it fails. */
  enter<R>(run: () => R): R;
  /** Something that the game did, or the host for it, failed. */
  report(error: unknown, where: string): void;
  /** Sends the patch and returns what was encoded; undefined when nothing changed. */
  patch(): TreeBytes | undefined;
  /** What the last patch encoded, once. */
  takePatch(): TreeBytes | undefined;
  /** The whole state; undefined for a room without one. */
  wholeState(): TreeBytes | undefined;
  /** Class of the state; undefined for a room without one. */
  stateClass(): SchemaClass | undefined;
  /** The last patch does not decode to the live state: the log needs the whole state in its place. */
  diverged(): boolean;
  /** Puts into memory what the game keeps outside of it. Throws nothing. */
  keep(): void;
  /** The room's clock, ms since it began. */
  elapsedMs(): number;
}

/** What the runtime drives in a room that has no loop of its own. */
export interface RoomDriver {
  /** Moves the room's clock by one period and fires its timers. */
  advanceClock(stepMs: number): void;
  /** A durable timer is due. */
  timer(due: DueTimer): void;
  /** The game's step. */
  step(tick: number): void;
  /** Lets a patch through for as long as `patch` runs. */
  publish<R>(patch: () => R): R;
}
