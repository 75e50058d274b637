/**
 * The process: `main.ts [configuration file]` is one host, `main.ts --processes N [configuration file]` a supervisor of N hosts,
 * each of which is this program again with the same arguments. `npm start` ends up here.
 */
import cluster from "node:cluster";
import { NetError } from "@ninelives/shared-schema";
import { readArguments } from "./env.ts";
import { fail } from "./signals.ts";

const NODE_MAJOR = 24;

await main();

async function main(): Promise<void> {
  const nodeMajor = Number(process.versions.node.split(".")[0]);
  if (nodeMajor < NODE_MAJOR)
    fail(`Node ${NODE_MAJOR} or later expected, ${process.versions.node} got: start through npm start`);
  // A terminal sends these to everybody; what they mean is the supervisor's to say.
  if (cluster.isWorker) for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => {});
  try {
    const { processes, config } = readArguments(process.argv.slice(2));
    if (processes === undefined || cluster.isWorker) {
      const { runHost } = await import("./host-process.ts");
      await runHost(config, processes === undefined ? undefined : { processes });
    } else {
      const { runSupervisor } = await import("./supervisor/run-supervisor.ts");
      await runSupervisor(import.meta.filename, processes, config);
    }
  } catch (error) {
    fail(error instanceof NetError ? error.message : String((error as Error).stack ?? error));
  }
}
