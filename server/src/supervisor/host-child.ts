/**
 * A host as the supervisor sees it: a child process that becomes ready, or says why not, and ends. Made with Node's cluster, for
 * one thing only: it opens the port they share and hands it to each of them. Connections are taken by the hosts themselves
 * (SCHED_NONE), the supervisor never sees one.
 */
import cluster, { type Worker } from "node:cluster";

/**
 * What a host says to its supervisor. `refusal`: it cannot start like this, and another try would end the same way. `finishesWithinMs`:
 * it was told to go and plays matches on that nobody else can take, for so long at most.
 */
export type HostMessage =
  | { readonly ready: true }
  | { readonly refusal: string }
  | { readonly finishesWithinMs: number };

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly refusal: string | undefined;
}

export interface HostChild {
  readonly pid: number | undefined;
  /** Resolves when players can come; never when it ends before. */
  readonly ready: Promise<void>;
  /** Resolves when it says that it plays matches on, with how long at most, ms; never when it does not. */
  readonly finishes: Promise<number>;
  /** Resolves when there is no such process any more. */
  readonly ended: Promise<Ending>;
  kill(signal: "SIGTERM" | "SIGKILL"): void;
}

export interface HostSettings {
  /** The program, and what it is started with. */
  readonly exec: string;
  readonly args: readonly string[];
  /** On top of this process's own. */
  readonly env: NodeJS.ProcessEnv;
}

/** Returns what starts a host. */
export function hostStarter({ exec, args, env }: HostSettings): () => HostChild {
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({ exec, args: [...args] });
  return () => {
    try {
      return asHost(cluster.fork(env));
    } catch (error) {
      return stillborn(error as Error);
    }
  };
}

function asHost(worker: Worker): HostChild {
  const ready = Promise.withResolvers<void>();
  const finishes = Promise.withResolvers<number>();
  const ended = Promise.withResolvers<Ending>();
  let refusal: string | undefined;
  worker.on("message", (message: HostMessage) => {
    if ("ready" in message) ready.resolve();
    else if ("finishesWithinMs" in message) finishes.resolve(message.finishesWithinMs);
    else refusal = message.refusal;
  });
  worker.on("error", (error) => ended.resolve({ code: null, signal: null, refusal: error.message }));
  worker.process.on("exit", (code, signal) => ended.resolve({ code, signal, refusal }));
  return {
    pid: worker.process.pid,
    ready: ready.promise,
    finishes: finishes.promise,
    ended: ended.promise,
    kill: (signal) => void worker.process.kill(signal),
  };
}

/** The system would not start it: out of memory, out of processes. */
function stillborn({ message }: Error): HostChild {
  return {
    pid: undefined,
    ready: new Promise(() => {}),
    finishes: new Promise(() => {}),
    ended: Promise.resolve({ code: null, signal: null, refusal: message }),
    kill: () => {},
  };
}
