export {
  type CommandHandlers,
  GameRoom,
  type Prowess,
  type Recipients,
  type Step,
  type TimerHandlers,
} from "./room/game-room.ts";
export type { Migrated, Migration, Migrations, OldMatch } from "./room/migration.ts";
export type { MatchFacts } from "./room/match-seats.ts";
export type { Pause } from "./room/past.ts";
export type { KeepsFields } from "./room/seal-plain.ts";
export type { Account } from "./auth/account.ts";
export { accountOf } from "./auth/admission.ts";
export { type AuthConfig, authFromEnv } from "./auth/settings.ts";
export {
  defineHost,
  HEARTBEAT,
  type Heartbeat,
  type Host,
  type HostConfig,
  type RoomEntry,
  type StoreChoice,
  storeFromEnv,
} from "./config.ts";
export { startHost, VERSION } from "./host.ts";
export type { HostOptions, RunningHost } from "./host/running-host.ts";
export { systemClock } from "./system-clock.ts";
export type { Clock, Timer } from "./tick/clock.ts";
export { createLogger, type Logger } from "./inspect/logger.ts";
export type { Claim, LogAppender, LogStore, OwnedRoom } from "./log/store.ts";
export { readRoom } from "./log/read-log.ts";
export { prepared, type Prepared } from "./inbox/prepared.ts";
export type { TopicAccess } from "./topics/audience.ts";
