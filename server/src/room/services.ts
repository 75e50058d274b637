/** What a host gives each of its rooms. Rooms never reach for a global. */
import type { Logger } from "../inspect/logger.ts";
import type { Metrics } from "../inspect/metrics.ts";
import type { LogStore } from "../log/store.ts";
import type { Clock } from "../tick/clock.ts";
import type { RoomType } from "@ninelives/shared-schema";
import type { OnOverBudget } from "../ownership/heavy-rooms.ts";
import type { HostRooms } from "./host-rooms.ts";
import type { Migrations } from "./migration.ts";
import type { Strain } from "../strain/strain.ts";
import type { HostTopics } from "../topics/host-topics.ts";

export interface RoomServices {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly store: LogStore;
  /** Process id, in whose name rooms are taken. */
  readonly owner: string;
  readonly hostTopics: HostTopics;
  /** Version of a room type of this host; undefined when it has none of that name. */
  readonly versionOf: (typeName: string) => number | undefined;
  /** What brings matches of earlier versions of it to the one of this host; empty when nothing does. */
  readonly migrationsOf: (typeName: string) => Migrations<RoomType>;
  /** The rooms of this host; each says when it begins and ends. */
  readonly rooms: HostRooms;
  /** This process is sure that its rooms are its own. Asked before every tick. */
  readonly isSure: () => boolean;
  /** Told that the store refuses what a room appends at this epoch: another process has it. */
  readonly onFenced: (roomId: string, epoch: number) => void;
  /** Told that the room's own code fails at every tick, or left it as nobody can trust. */
  readonly onFailing: (roomId: string) => void;
  /** How much this process has to do, and what it does less of because of that. */
  readonly strain: Strain;
  /** Rooms of this type are queues. */
  readonly isQueue: (typeName: string) => boolean;
  /** Share of its time that a room's steps may take, and what becomes of one that takes more. */
  readonly tickBudget: number;
  readonly onOverBudget: OnOverBudget;
  /** Told that a room takes more although it is held back. `load`: share of this process that it uses. Told again while it does. */
  readonly onHeavy: (roomId: string, load: number) => void;
  /** Addresses of the processes through which a player comes back: `host:port` or `:port`. Empty: where it came from. */
  readonly doors: () => readonly string[];
  /** Seconds a dropped player keeps the seat. */
  readonly seatHoldSeconds: number;
  /** How long a match is played on here that no other process can take, when this one is told to go, ms. */
  readonly finishWithinMs: number;
  /** 32 bits of chance: a fresh seed for a new room's `random`, and what tells tokens of a seat apart. */
  readonly seed: () => number;
  /** A fresh secret for a new room's seat tokens, 256 bits. */
  readonly secret: () => string;
  /** A fresh epoch for topics that begin, 64 bits. */
  readonly topicEpoch: () => string;
}
