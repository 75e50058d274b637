/** What a browser test needs around it: the built page, a server process of its own, a real browser. Everything is stopped by its pid. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { build } from "vite";

const ROOT = resolve(import.meta.dirname, "../..");
const PAGE = join(ROOT, "web/dist/index.html");
const SOURCES = [
  "web/*.{ts,html}",
  "web/lobby/*.ts",
  "web/styles/*",
  "games/**/*.ts",
  "client/src/**/*.ts",
  "shared-schema/src/**/*.ts",
];
const CHROMIUM = process.env.NINELIVES_CHROMIUM ?? "/usr/bin/chromium";
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

/** A server process with a folder of its own; it is up when this resolves. `config`: default arena.config.ts. */
export async function startServer(config = "arena.config.ts"): Promise<Server> {
  const dir = mkdtempSync(join(tmpdir(), "ninelives-browser-"));
  const child = spawn(process.execPath, ["server/src/main.ts", config], {
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

/** What browsers say themselves of a network that is not there. */
const OF_THE_NETWORK = /ERR_INTERNET_DISCONNECTED|Network offline/;

/** People who look at a page, each in a window of their own; what their consoles complain of is kept. */
export class Visitors {
  readonly complaints: string[] = [];
  readonly #browser: Browser;
  readonly #windows: BrowserContext[] = [];

  constructor(browser: Browser) {
    this.#browser = browser;
  }

  async visit(url: string, options: BrowserContextOptions): Promise<Page> {
    const window = await this.#browser.newContext(options);
    this.#windows.push(window);
    const page = await window.newPage();
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("console", (line) => {
      const isComplaint = ["error", "warning"].includes(line.type()) && !OF_THE_NETWORK.test(line.text());
      if (isComplaint) this.complaints.push(line.text());
    });
    await page.goto(url);
    return page;
  }

  /** Closes every window. */
  async leave(): Promise<void> {
    for (const window of this.#windows.splice(0)) await window.close();
  }
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

export interface Cable {
  /** Where the server is reached through this cable. */
  readonly url: string;
  /** Ends every connection that goes through it, as a lost network does; new ones go through. */
  cut(): void;
  stop(): void;
}

/** A wire between browser and server that a test may cut. */
export async function layCable(server: Server): Promise<Cable> {
  const { hostname, port } = new URL(server.url);
  const open = new Set<Socket>();
  const relay = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        open.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  await once(relay.listen(0), "listening");
  const cut = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    url: `http://localhost:${(relay.address() as AddressInfo).port}`,
    cut,
    stop() {
      cut();
      relay.close();
    },
  };
}
