export * from "./room-type.ts";
export { addressOn, isAddress, isGivenAddress } from "./protocol/address.ts";
export { CODES, codeName, type CodeName, type CodeRow } from "./protocol/codes.ts";
export { type ErrorDetails, type FieldIssue, fieldIssues, issueText, NetError } from "./protocol/net-error.ts";
export { LIMITS } from "./protocol/limits.ts";
export { subprotocolsFor, tokenAmong } from "./protocol/credential.ts";
export { type Rate, TokenBucket } from "./protocol/token-bucket.ts";
export { LOG_FORMAT_VERSION, PROTOCOL_VERSION } from "./protocol/version.ts";
export { type Contract, contractOf, TOPIC_COMMANDS, type TopicCommand } from "./delivery/contract.ts";
export {
  CLIENT_HEADER,
  DEV_HEADER,
  CloseReason,
  type Greeting,
  GREETING_PARAM,
  readDoors,
  readGreeting,
  readWelcome,
  type Welcome,
  writeGreeting,
  writeWelcome,
} from "./delivery/greeting.ts";
export { Mailbox, type Result, type Told } from "./delivery/mailbox.ts";
export { Mailboxes } from "./delivery/mailboxes.ts";
export { pack, unpack } from "./delivery/pack.ts";
export {
  type Ack,
  BYTES_OPCODE,
  type ClientFrame,
  type CommandItem,
  DELIVERY_CHANNEL,
  ItemKind,
  readClientFrame,
  readServerFrame,
  ServerFrame,
  type ServerItem,
  type ToldKind,
  writeClientFrame,
} from "./delivery/wire.ts";
export { type FieldsOf, type Layout, layoutHash, layoutOf, misfit, newFields } from "./log/layout.ts";
export { encodeRecord, type LogDamage, type LogRecord, readRecords, RecordKind, SectionTag } from "./log/record.ts";
export { RoomImage } from "./log/room-image.ts";
export {
  DurableTimer,
  HostMemory,
  newRoomMemory,
  type RoomMemory,
  roomMemoryClass,
  Seat,
  TopicHistory,
  TopicMessage,
} from "./log/room-memory.ts";
export { declaredFor, declaredTopic, type DeclaredTopic } from "./topics/declared.ts";
export { fits, isPattern, isTopic } from "./topics/names.ts";
export type { TopicMap, TopicScope, TopicSpec } from "./topics/spec.ts";
export type {
  CheckedPattern,
  CheckedTopic,
  TopicDeclaration,
  TopicInput,
  TopicName,
  TopicPayload,
} from "./topics/types.ts";
export {
  type PublishRequest,
  readTopicItem,
  type SubscribeRequest,
  type SubscribeResult,
  TOPIC_COMMAND_SPECS,
  type TopicMembersItem,
  type TopicMessageItem,
  type TopicPosition,
  type TopicStanding,
  type UnsubscribeRequest,
  writeTopicMembers,
  writeTopicMessage,
} from "./topics/wire.ts";
export { findBackfills, findMatches, type Backfill, type Match, type Opening } from "./matching/find-matches.ts";
export { simulateQueue, type Simulation } from "./matching/simulate.ts";
export { acceptedAfter, matchRules, type MatchRules, type MatchRulesInput } from "./matching/rules.ts";
export {
  type CheckedWish,
  type MatchSeat,
  QueuedMatch,
  QueuedTicket,
  QueueMemory,
  QueueState,
  queueName,
  queueOf,
  type QueueReason,
  type QueueStage,
  type QueueType,
  type QueueWish,
  Waiter,
} from "./matching/queue-type.ts";
export { filterKey, type Ticket, ticketShape } from "./matching/ticket.ts";
export { Random, type RandomWords, seedWords } from "./sim/random.ts";
export { parseTuning, type TuningIssue, type TuningResult } from "./tuning/parse.ts";
