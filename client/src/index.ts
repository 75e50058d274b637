export { Client, connect, type ConnectOptions } from "./client.ts";
export { Room, type RoomClock } from "./room.ts";
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
