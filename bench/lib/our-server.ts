/** A Ninelives host as it is shipped, with a quiet log: on the file store, or sharing the Redis that REDIS_URL names. */
import {
  createLogger,
  defineHost,
  type HostConfig,
  type HostOptions,
  type RoomEntry,
  startHost,
  storeFromEnv,
} from "@ninelives/server";
import type { RoomType } from "@ninelives/shared-schema";

export interface OurOptions extends Pick<HostOptions, "httpTimes"> {
  /** Least severe lines of the log that are written. Default `error`. */
  readonly level?: "warn" | "error";
  /** Default: that of a host. */
  readonly strain?: HostConfig<never>["strain"];
}

/** Listens on a free port; resolves with it. `limits`: default those of a host. */
export async function startOurs(
  rooms: Readonly<Record<string, RoomEntry<RoomType>>>,
  limits: HostConfig<never>["limits"] = {},
  { level = "error", strain = {}, ...more }: OurOptions = {},
) {
  const host = defineHost({ rooms: rooms as never, store: storeFromEnv(), limits, strain });
  return await startHost(host, {
    port: 0,
    redisUrl: process.env.REDIS_URL,
    logger: createLogger({ level, pretty: false }),
    ...more,
  });
}
