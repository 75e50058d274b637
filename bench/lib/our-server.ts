/** A Ninelives host as it is shipped, with a quiet log: on the file store, or sharing the Redis that REDIS_URL names. */
import { createLogger, defineHost, type HostConfig, type RoomEntry, startHost, storeFromEnv } from "@ninelives/server";
import type { RoomType } from "@ninelives/shared-schema";

/** Listens on a free port; resolves with it. `limits`, `strain`: default those of a host. */
export async function startOurs(
  rooms: Readonly<Record<string, RoomEntry<RoomType>>>,
  limits: HostConfig<never>["limits"] = {},
  strain: HostConfig<never>["strain"] = {},
) {
  const host = defineHost({ rooms: rooms as never, store: storeFromEnv(), limits, strain });
  return await startHost(host, {
    port: 0,
    redisUrl: process.env.REDIS_URL,
    logger: createLogger({ level: "error", pretty: false }),
  });
}
