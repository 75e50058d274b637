/** The measured server of the delivery bench. Arguments: `ours` or `stock`, then the names of its rooms: `<durability>-…` in ours. */
import type { Durability } from "@ninelives/shared-schema";
import { type Handlers, serveControl } from "../lib/control.ts";
import { startOurs } from "../lib/our-server.ts";
import { startStock } from "../lib/stock-server.ts";
import { CounterRoom, counterType, StockCounterRoom, taken } from "./counter.ts";

/** What a block of messages cost this process. */
export interface BlockCost {
  readonly messages: number;
  readonly cpuMs: number;
}

let cpuAtBegin = process.cpuUsage();

const handlers: Handlers = {
  begin(): void {
    taken.messages = 0;
    cpuAtBegin = process.cpuUsage();
  },
  taken: () => taken.messages,
  end(): BlockCost {
    const { user, system } = process.cpuUsage(cpuAtBegin);
    return { messages: taken.messages, cpuMs: (user + system) / 1000 };
  },
};

const [side, ...names] = process.argv.slice(2);
if (side === "stock") {
  const rooms = Object.fromEntries(names.map((name) => [name, class extends StockCounterRoom {}]));
  serveControl(await startStock(rooms), handlers);
} else {
  const entry = (name: string) => {
    const [durability] = name.split("-") as [Durability];
    return { type: counterType(name, durability), room: CounterRoom as never };
  };
  serveControl((await startOurs(Object.fromEntries(names.map((name) => [name, entry(name)])))).port, handlers);
}
