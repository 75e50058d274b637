/** The measured server of the latency bench. Argument: `ours` or `stock`. */
import { serveControl } from "../lib/control.ts";
import { startOurs } from "../lib/our-server.ts";
import { startStock } from "../lib/stock-server.ts";
import { ourProbe, probeName, RATES_HZ, stockProbe } from "./probe.ts";

if (process.argv[2] === "stock") {
  serveControl(await startStock(Object.fromEntries(RATES_HZ.map((hz) => [probeName(hz), stockProbe(hz)]))), {});
} else {
  const rooms = Object.fromEntries(RATES_HZ.map((hz) => [probeName(hz), ourProbe(hz) as never]));
  serveControl((await startOurs(rooms)).port, {});
}
