/** A Ninelives host as it is shipped, with a quiet log: on the file store, or sharing the Redis that REDIS_URL names. */
import { createLogger, defineHost, type HostConfig, type RoomEntry, startHost, storeFromEnv } from "@ninelives/server";
import type { RoomType } from "@ninelives/shared-schema";

/** Listens on a free port; resolves with it. `limits`: default those of a host. */
export async function startOurs(
  rooms: Readonly<Record<string, RoomEntry<RoomType>>>,
  limits: HostConfig<never>["limits"] = {},
) {
  const host = defineHost({ rooms: rooms as never, store: storeFromEnv(), limits });
  return await startHost(host, {
    port: 0,
    redisUrl: process.env.REDIS_URL,
    logger: createLogger({ level: "error", pretty: false }),
  });
}
