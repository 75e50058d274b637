/** What a host is started with, and what whoever started it can do with it. */
import type { EventEmitter } from "node:events";
import type { IncomingMessage } from "node:http";
import type { Room } from "@colyseus/core";
import type { Heartbeat } from "../config.ts";
import type { Logger } from "../inspect/logger.ts";
import type { LogStore } from "../log/store.ts";
import type { Others } from "../socket/door.ts";
import type { Usage } from "../strain/usage.ts";
import type { Clock } from "../tick/clock.ts";
import type { HttpTimes } from "./http-times.ts";
import type { Strays } from "./strays.ts";

export interface HostOptions {
  /** TCP port; 0 takes a free one. */
  readonly port: number;
  /** A port that other processes of this machine listen on too, beside this host's own. Default: none. */
  readonly sharedPort?: number | undefined;
  readonly logger: Logger;
  /** Share matchmaking with other processes. Default: this process alone. */
  readonly redisUrl?: string | undefined;
  /**
   * Where players reach this process when another one sends them here: `host:port`. Default: the host name they used for the
   * other process, with this one's port. With a shared port only the host name of it counts: the port is this host's own.
   */
  readonly publicAddress?: string | undefined;
  /** Where other processes reach this one: `host:port`. Default: as players do, or on this machine. */
  readonly innerAddress?: string | undefined;
  /** Where this process stands, as `latencies` of waiting players name it. Default: nowhere in particular. */
  readonly region?: string | undefined;
  /** Hides pids and everything below `/dev`, and starts only with what production needs. Default false. */
  readonly production?: boolean;
  /**
   * What an operator shows to see metrics and `/dev`, and to sign accounts out, at least 16 characters. Default: none, which shows them
   * to everybody, in production to nobody, and signs nobody out.
   */
  readonly operatorToken?: string | undefined;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Where logs live, in place of the configuration's choice. The host closes it. */
  readonly store?: LogStore;
  /** In place of the configuration's. */
  readonly heartbeat?: Heartbeat;
  /** How long requests may take to come, ms, in place of LIMITS.http…Ms. */
  readonly httpTimes?: HttpTimes;
  /** What this process uses of what it has, since it was asked last. Default: measured. */
  readonly usage?: () => Usage;
  /** What is known of other processes, in place of what the store says of them. */
  readonly others?: Others;
}

export interface RunningHost {
  readonly port: number;
  readonly url: string;
  readonly processId: string;
  readonly store: LogStore;
  /** Told of what nobody in this process caught. */
  readonly strays: Strays;
  /** A room of this process; undefined when it is not here. */
  room(roomId: string): Room | undefined;
  /**
   * Ends every session of this account (the `sub` of its tokens) for good, here and in the processes that share this one's rooms. Tokens
   * that were issued before are refused from now on, for LIMITS.signOutMs. Resolves when the others were told, who wait for their Redis.
   */
  signOut(userId: string): Promise<void>;
  /** Takes a connection that another carrier than TCP brings: `connection` has what a `ws` WebSocket has. */
  take(connection: EventEmitter, request: IncomingMessage): void;
  /**
   * Takes no more players, lets every room go on elsewhere or ends it, lets everything go. `onFinish` is called when there are rooms
   * that can go nowhere else: they are played to their end, and that may take so long.
   */
  stop(onFinish?: (withinMs: number) => void): Promise<void>;
}
