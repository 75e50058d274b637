export { Client, connect, type ConnectOptions } from "./client.ts";
export { type Gap, type OwnEvents, Room, type SubscribeOptions } from "./room.ts";
export type { TopicGap, TopicMeta } from "./topics/reader.ts";
export type { Subscription } from "./topics/topics.ts";
export type { TopicMembers } from "./topics/watch.ts";
export { type ClientClock, type ClientTimer, systemClock } from "./clock.ts";
export type { BackoffOptions } from "./connection/backoff.ts";
export type { HintTarget } from "./connection/hints.ts";
export { LIVENESS, type LivenessProfile } from "./connection/liveness.ts";
export { memorySeatStorage, type SeatStorage, sessionSeatStorage } from "./connection/seat-keeper.ts";
export { type ClientSocket, type OpenSocket, openWebSocket } from "./connection/socket.ts";
export {
  Connection,
  type ConnectionChange,
  type ConnectionName,
  type ConnectionState,
} from "./connection/connection.ts";
export type { NetSnapshot, NetStats } from "./net-stats.ts";
export {
  createPredictor,
  interpolationDelayMs,
  type PredictionOptions,
  type Predictor,
  predictSelf,
} from "./predict.ts";
export type { TokenOption } from "./token.ts";
export { Waiting } from "./waiting.ts";
