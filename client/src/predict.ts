/**
 * Prediction for the ship a player steers, interpolation for everyone else: the SDK's own tools, typed for a room. The server
 * and the page run the same step function, so the prediction is right unless somebody else interferes.
 */
import type { Data } from "@colyseus/schema";
import { Predict, type Reconciler, type StepContext } from "@colyseus/sdk";
import type { InputOf, RoomType } from "@ninelives/shared-schema";
import type { Room } from "./room.ts";

export interface PredictionOptions<T extends RoomType, Self extends object> {
  /** The shared step: applies one input to one entity over `ctx.dt` seconds. */
  readonly step: (ctx: StepContext, self: Self, input: Data<InputOf<T>>) => void;
  /** The fields the step reads and writes. */
  readonly fields: readonly (keyof Self & string)[];
  /** How long a correction is spread over, ms. Default 80. */
  readonly smoothMs?: number;
  /** A correction of any field above this is a teleport and is taken at once. Default: none is. */
  readonly snap?: number;
}

export type Predictor<T extends RoomType> = ReturnType<typeof Predict.get<Room<T>["sdk"]>>;

/** Remote entities are drawn this far in the past, so that a late patch still has a neighbour on both sides. */
export function interpolationDelayMs(tickHz: number): number {
  return 2 * (1000 / tickHz);
}

export function createPredictor<T extends RoomType>(room: Room<T>): Predictor<T> {
  return Predict.get(room.sdk, { mode: "lerp", delay: interpolationDelayMs(room.type.tickHz) });
}

/** Follows the entity this client steers and measures every correction (`lastCorrection`); dispose it when the entity goes. */
export function predictSelf<T extends RoomType, Self extends object>(
  room: Room<T>,
  predictor: Predictor<T>,
  self: Self,
  { step, fields, smoothMs = 80, snap = 0 }: PredictionOptions<T, Self>,
): Reconciler<Self, InputOf<T>> {
  // The SDK measures corrections only where it may warn of them: above infinity it never does.
  const warnOnDivergence = Number.POSITIVE_INFINITY;
  const options = { input: room.input, step, fields: [...fields], smoothMs, snap, warnOnDivergence };
  return predictor.reconciler(self, options) as Reconciler<Self, InputOf<T>>;
}
