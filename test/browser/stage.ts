/** What a browser test needs around it: the built page, a server process of its own, a real browser. Everything is stopped by its pid. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { type Browser, chromium } from "playwright-core";
import { build } from "vite";

const ROOT = resolve(import.meta.dirname, "../..");
const PAGE = join(ROOT, "web/dist/index.html");
const SOURCES = [
  "web/*.{ts,html}",
  "web/styles/*",
  "games/arena/**/*.ts",
  "client/src/**/*.ts",
  "shared-schema/src/**/*.ts",
];
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const CHROMIUM_ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Builds the page when it is missing or older than what it is made of. */
export async function buildPage(): Promise<void> {
  const changedMs = Math.max(...globSync(SOURCES, { cwd: ROOT }).map((file) => statSync(join(ROOT, file)).mtimeMs));
  if (existsSync(PAGE) && statSync(PAGE).mtimeMs > changedMs) return;
  await build({ configFile: join(ROOT, "web/vite.config.ts"), logLevel: "error" });
}

export interface Server {
  readonly url: string;
  stop(): Promise<void>;
}

/** A server process with a folder of its own; it is up when this resolves. */
export async function startServer(): Promise<Server> {
  const dir = mkdtempSync(join(tmpdir(), "ninelives-browser-"));
  const child = spawn(process.execPath, ["server/src/main.ts"], {
    cwd: ROOT,
    env: { ...process.env, PORT: "0", NINELIVES_DIR: dir, LOG_LEVEL: "info" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const port = await portOf(child);
  return {
    url: `http://localhost:${port}`,
    async stop() {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, headless: true, args: CHROMIUM_ARGS });
}

/** The first log line that names a port says that the server is up. */
async function portOf(child: ChildProcess): Promise<number> {
  for await (const line of createInterface({ input: child.stdout! })) {
    const port = /"port":(\d+)/.exec(line)?.[1];
    if (port === undefined) continue;
    child.stdout!.resume();
    return Number(port);
  }
  throw new Error("the server ended before it was up");
}
