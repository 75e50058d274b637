/** What a Redis used of a core and took from the network, by its own account. */
import { Redis } from "ioredis";
import { TICK_HZ } from "./field.ts";

export interface RedisUse {
  /** CPU for each tick of the room that is logged. */
  readonly perTickUs: number;
  /** Commands and records, as they came in. */
  readonly bytesPerSecond: number;
}

/** From now on, until the function that it resolves with is called. */
export async function redisUse(url: string): Promise<() => Promise<RedisUse>> {
  const redis = new Redis(url);
  const read = async () => {
    const text = `${await redis.info("cpu")}${await redis.info("stats")}`;
    const value = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, "m").exec(text)![1]);
    return {
      cpuSeconds: value("used_cpu_sys") + value("used_cpu_user"),
      bytes: value("total_net_input_bytes"),
      atMs: performance.now(),
    };
  };
  const before = await read();
  return async () => {
    const after = await read();
    redis.disconnect();
    const seconds = (after.atMs - before.atMs) / 1000;
    return {
      perTickUs: ((after.cpuSeconds - before.cpuSeconds) * 1e6) / (seconds * TICK_HZ),
      bytesPerSecond: (after.bytes - before.bytes) / seconds,
    };
  };
}
