/**
 * A host of our own for a run without `--url`: the real server in a child process on a free port, with a log folder that is
 * thrown away. In its own process group, so that Ctrl-C ends the run first and the host after the summary.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const START_MS = 20_000;
const STOP_MS = 12_000;
/** A pino level from which a line is an error. */
const ERROR_LEVEL = 50;
const MAIN = fileURLToPath(new URL("../../server/src/main.ts", import.meta.url));

export interface OwnHost {
  readonly url: string;
  /** Errors the host logged so far: how many, and the first. */
  readonly errors: { readonly count: number; readonly first: string | undefined };
  stop(): Promise<void>;
}

interface LogLine {
  readonly level?: number;
  readonly port?: number;
  readonly msg?: string;
}

/** Starts what `arena.config.ts` of `dir` describes. Rejects with the host's own sentence when it does not come up. */
export async function startOwnHost(dir: string): Promise<OwnHost> {
  const logs = await mkdtemp(join(tmpdir(), "ninelives-load-"));
  const { REDIS_URL: _, ...inherited } = process.env;
  const child = spawn(process.execPath, [MAIN], {
    cwd: dir,
    env: { ...inherited, PORT: "0", NINELIVES_DIR: logs, LOG_LEVEL: "info" },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const killNow = () => child.kill("SIGKILL");
  process.once("exit", killNow);
  const errors = { count: 0, first: undefined as string | undefined };
  const cleanUp = async () => {
    process.off("exit", killNow);
    await end(child);
    await rm(logs, { recursive: true, force: true });
  };
  try {
    const port = await portOf(child, errors);
    return { url: `http://localhost:${port}`, errors, stop: cleanUp };
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

function portOf(child: ChildProcess, errors: { count: number; first: string | undefined }): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = "";
    const timer = setTimeout(() => reject(new Error(`the host was not up after ${START_MS} ms`)), START_MS);
    child.stderr!.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2_000)));
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(timer);
      reject(new Error(`the host did not start (exit code ${code}): ${said.trim().split("\n")[0]}`));
    });
    createInterface({ input: child.stdout! }).on("line", (text) => {
      const line = parseLine(text);
      if (line.port !== undefined) {
        clearTimeout(timer);
        resolve(line.port);
      }
      if ((line.level ?? 0) < ERROR_LEVEL) return;
      errors.count++;
      errors.first ??= line.msg;
    });
  });
}

function parseLine(text: string): LogLine {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return {};
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, "close");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await closed;
  clearTimeout(timer);
}
