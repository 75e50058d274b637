/** defineHost(): the one file an operator edits, checked. A wrong field stops the start with field, expected and got. */
import { LIMITS, type RoomType } from "@ninelives/shared-schema";
import { z } from "zod";
import { type Auth, type AuthConfig, authFromEnv, checkAuth } from "./auth/settings.ts";
import { check } from "./config-issues.ts";
import { type RegisteredRoom, registeredRooms, roomsSchema } from "./config-rooms.ts";
import { switchFromEnv, trustedProxiesFromEnv } from "./env.ts";
import { addressRange, type HostLimits, type HostLimitsInput, limitsSchema } from "./limits/settings.ts";
import { ON_OVER_BUDGET, type OnOverBudget } from "./ownership/heavy-rooms.ts";
import type { GameRoom } from "./room/game-room.ts";
import type { Migrations } from "./room/migration.ts";
import type { RoomClass } from "./room/protect.ts";
import { type StrainInput, strainSchema, type StrainSettings } from "./strain/settings.ts";

/** A typed room: its contract, its class, and the designers' file. */
export interface RoomEntry<T extends RoomType> {
  readonly type: T;
  /** A class that extends `GameRoom<typeof type>`. */
  readonly room: new () => GameRoom<T>;
  /** Path of a `.tuning.yaml`, from where the host is started. Default: every default of the type. */
  readonly tuning?: string;
  /** How matches of earlier versions of the type go on, by their version. Default: they are set aside, their logs kept. */
  readonly migrate?: Migrations<T>;
  /**
   * Rooms of this type that each process keeps ready, with the default join options, nobody in them: who asks gets a seat in one at
   * once. Range [0, 100]. Default 0.
   */
  readonly warm?: number;
}

/**
 * Where logs live. `file`: a folder on this machine, for one process. `memory`: gone with the process. `redis`: shared by all
 * processes that name the same one, which take each other's rooms over.
 */
export type StoreChoice =
  | { readonly kind: "file"; readonly dir: string }
  | { readonly kind: "memory" }
  | {
      readonly kind: "redis";
      /** `redis://…`, or some nodes of a Redis Cluster. */
      readonly urls: readonly string[];
      /** In front of every key. Default `ninelives:`. */
      readonly prefix?: string | undefined;
      /** Replicas that must have a write before it counts as committed. Default 0. */
      readonly replicas?: number | undefined;
    };

/** What an entry of `rooms` must be: a game room whose class fits its type, or a plain Colyseus room class as it is. */
export type CheckedEntry<E> = E extends { readonly type: infer T extends RoomType } ? RoomEntry<T> : RoomClass;

export interface HostConfig<Rooms extends Readonly<Record<string, unknown>>> {
  /** Registered name -> room. */
  readonly rooms: Rooms & { readonly [Name in keyof Rooms]: CheckedEntry<Rooms[Name]> };
  /** Default: {@link storeFromEnv}. */
  readonly store?: StoreChoice;
  /** Seconds a dropped player keeps the seat. Range [0, 3 600]. Default 60. */
  readonly seatHoldSeconds?: number;
  /**
   * Seconds a process that is told to go plays matches on which no other process can take, because only another version of their
   * room type is there and no way to it. Then they are set aside, their logs kept. Range [0, 86 400]. Default 300.
   */
  readonly finishWithinSeconds?: number;
  /**
   * Share of its time that a room's steps may take, on average over 5 s, while other rooms are in its process. Range [0.05, 1].
   * Default 0.5.
   */
  readonly tickBudget?: number;
  /**
   * What becomes of a room that takes more. `name`: the log and the metrics say so. `throttle`: it also makes every second step only, its
   * time goes slower. `move`: then it goes on at a process with more to spare, if there is one. `close`: then its match is over, with
   * ROOM_OVER_BUDGET, its log kept. Default `throttle`.
   */
  readonly onOverBudget?: OnOverBudget;
  /** How the host finds out that a player's connection is dead. Default: asked every 30 s, dead after 60 s of silence. */
  readonly heartbeat?: Heartbeat;
  /** Origins besides the host's own whose pages may join, like `https://play.example.com`. Default none. */
  readonly origins?: readonly string[];
  /** Folder of built pages. Default: none are served. */
  readonly pages?: string;
  /** What the host takes at most, from everybody, from one address and from one connection. Every part has a default. */
  readonly limits?: HostLimitsInput;
  /** From which strain on the host gives up what, and how patiently. Every part has a default. */
  readonly strain?: StrainInput;
  /** Addresses and ranges of proxies whose X-Forwarded-For says who a player is. Default: {@link trustedProxiesFromEnv}. */
  readonly trustedProxies?: readonly string[];
  /** By which tokens players are known, and whether guests may come in. Default: {@link authFromEnv}. */
  readonly auth?: AuthConfig;
  /**
   * Something in front of the host has the TLS connections of players, so what comes here may be plain. Default: `BEHIND_TLS`; else true
   * where `trustedProxies` lists somebody. Production needs it.
   */
  readonly behindTls?: boolean;
  /** Methods of rooms that `matchMaker.remoteRoomCall` of another process may call. Default none. */
  readonly remoteMethods?: readonly string[];
}

/** A peer that was silent for `everyMs` is asked whether it is there; one that was silent for `deadAfterMs` is dropped. */
export interface Heartbeat {
  /** Range [100, 600 000] ms. */
  readonly everyMs: number;
  /** At least `everyMs`, up to 600 000 ms. */
  readonly deadAfterMs: number;
}

/** For rooms that are idle most of the time, and for rooms in which a second counts. */
export const HEARTBEAT = {
  default: { everyMs: 30_000, deadAfterMs: 60_000 },
  game: { everyMs: 1_000, deadAfterMs: 3_000 },
} as const satisfies Record<string, Heartbeat>;

/** A checked configuration. Made only by {@link defineHost}. */
export interface Host {
  readonly rooms: ReadonlyMap<string, RegisteredRoom>;
  readonly store: StoreChoice;
  readonly seatHoldSeconds: number;
  readonly finishWithinSeconds: number;
  readonly tickBudget: number;
  readonly onOverBudget: OnOverBudget;
  readonly heartbeat: Heartbeat;
  readonly origins: readonly string[];
  readonly pages: string | undefined;
  readonly limits: HostLimits;
  readonly strain: StrainSettings;
  readonly trustedProxies: readonly string[];
  readonly auth: Auth;
  readonly behindTls: boolean;
  readonly remoteMethods: readonly string[];
}

/** `REDIS_URL`, several with commas between, as a Redis store; else `NINELIVES_DIR` (default `.ninelives`) as a file store. */
export function storeFromEnv(env: NodeJS.ProcessEnv = process.env): StoreChoice {
  if (env.REDIS_URL) return { kind: "redis", urls: env.REDIS_URL.split(",") };
  return { kind: "file", dir: logDirFromEnv(env) };
}

export function logDirFromEnv(env: NodeJS.ProcessEnv = process.env): string {
  return env.NINELIVES_DIR ?? ".ninelives";
}

/** What stands for several would let in pages that nobody has thought of. */
const origin = z.url().refine((url) => !url.includes("*"), "an origin without * expected: list each");
const hostSchema = z.strictObject({
  rooms: roomsSchema,
  store: z
    .discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("file"), dir: z.string().min(1) }),
      z.strictObject({ kind: z.literal("memory") }),
      z.strictObject({
        kind: z.literal("redis"),
        urls: z.array(z.url({ protocol: /^rediss?$/ })).min(1),
        prefix: z.string().optional(),
        replicas: z.int().min(0).max(10).optional(),
      }),
    ])
    .optional(),
  seatHoldSeconds: z.number().min(0).max(LIMITS.seatHoldSecondsMax).default(LIMITS.seatHoldSeconds),
  finishWithinSeconds: z.number().min(0).max(LIMITS.finishWithinSecondsMax).default(LIMITS.finishWithinSeconds),
  tickBudget: z.number().min(LIMITS.tickBudgetMin).max(1).default(LIMITS.tickBudget),
  onOverBudget: z.enum(ON_OVER_BUDGET).default("throttle"),
  heartbeat: z
    .strictObject({ everyMs: z.number().min(100).max(600_000), deadAfterMs: z.number().min(100).max(600_000) })
    .refine(({ everyMs, deadAfterMs }) => deadAfterMs >= everyMs, "deadAfterMs of at least everyMs expected")
    .default(HEARTBEAT.default),
  origins: z.array(origin).default([]),
  pages: z.string().optional(),
  limits: limitsSchema,
  strain: strainSchema,
  trustedProxies: z.array(addressRange).optional(),
  // Checked by itself: what it says may be a secret, and stands in no message.
  auth: z.custom<AuthConfig>((value) => typeof value === "object", "an object expected").optional(),
  behindTls: z.boolean().optional(),
  remoteMethods: z.array(z.string().regex(/^[A-Za-z$_][\w$]{0,99}$/, "the name of a method expected")).default([]),
});

/** Checks a configuration. Throws CONFIG_INVALID with one issue per wrong field. */
export function defineHost<const Rooms extends Readonly<Record<string, unknown>>>(config: HostConfig<Rooms>): Host {
  const checked = check(hostSchema, config, "");
  const trustedProxies = checked.trustedProxies ?? trustedProxiesFromEnv();
  return {
    rooms: registeredRooms(checked.rooms),
    store: checked.store ?? storeFromEnv(),
    seatHoldSeconds: checked.seatHoldSeconds,
    finishWithinSeconds: checked.finishWithinSeconds,
    tickBudget: checked.tickBudget,
    onOverBudget: checked.onOverBudget,
    heartbeat: checked.heartbeat,
    origins: checked.origins,
    pages: checked.pages,
    limits: checked.limits,
    strain: checked.strain,
    trustedProxies,
    auth: checked.auth === undefined ? authFromEnv() : checkAuth(checked.auth),
    behindTls: checked.behindTls ?? switchFromEnv("BEHIND_TLS", process.env) ?? trustedProxies.length > 0,
    remoteMethods: checked.remoteMethods,
  };
}
