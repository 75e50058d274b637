/** The measured server of the tick bench. Argument: `ours` or `stock`. */
import { type Handlers, serveControl } from "../lib/control.ts";
import { startOurs } from "../lib/our-server.ts";
import { startStock } from "../lib/stock-server.ts";
import { ourTrack, RATES_HZ, type RateHz, records, stockTrack, trackName } from "./loaded.ts";

/** One block of ticks as the server saw it. */
export interface BlockTicks {
  readonly startedMs: readonly number[];
  readonly inputs: number;
  readonly cpuMs: number;
}

let cpuAtBegin = process.cpuUsage();

const handlers: Handlers = {
  begin(hz: RateHz): void {
    records.set(hz, { startedMs: [], inputs: 0 });
    cpuAtBegin = process.cpuUsage();
  },
  end(hz: RateHz): BlockTicks {
    const { user, system } = process.cpuUsage(cpuAtBegin);
    const { startedMs, inputs } = records.get(hz)!;
    records.delete(hz);
    return { startedMs, inputs, cpuMs: (user + system) / 1000 };
  },
};

if (process.argv[2] === "stock") {
  serveControl(await startStock(Object.fromEntries(RATES_HZ.map((hz) => [trackName(hz), stockTrack(hz)]))), handlers);
} else {
  const rooms = Object.fromEntries(RATES_HZ.map((hz) => [trackName(hz), ourTrack(hz) as never]));
  serveControl((await startOurs(rooms)).port, handlers);
}
