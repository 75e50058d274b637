/** The network between a player and a server of this process, for a test to break. */
import { systemClock } from "../../loadtest/src/clock.ts";
import { type Proxy, startProxy } from "../../loadtest/src/impair/proxy.ts";

export type { Proxy };

export async function withProxy(port: number, act: (proxy: Proxy) => Promise<void>): Promise<void> {
  const proxy = await startProxy({ to: { host: "127.0.0.1", port }, clock: systemClock, random: Math.random });
  try {
    await act(proxy);
  } finally {
    await proxy.stop();
  }
}

/** From the first to the last, both included. */
export function numbers(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
