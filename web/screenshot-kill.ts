/**
 * Takes docs/kill.png: kills the server of a real match, three processes behind one port, and puts side by side what the page shows
 * while it is dead and when the match is back. `node web/screenshot-kill.ts [file]`; needs redis-server.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { buildPage, openBrowser } from "../test/browser/stage.ts";
import { type MainProcess, startMain } from "../test/support/main-process.ts";
import { startRedis } from "../test/support/redis.ts";
import { until } from "../test/support/until.ts";
import { enter, fly, liveliness } from "./screenshot-pilot.ts";

const VIEW = { width: 1120, height: 720 };
/** Of the picture that shows both, px. */
const WIDTH = 1800;
const BETWEEN = 12;
const PROCESSES = 3;
const KILLS_MAX = 8;
/** A livelier moment with a score to keep is waited for so long. */
const FLIGHTS_MAX = 24;
const READY_MS = 60_000;
/** After this the stopwatch shows what waits, too. */
const SETTLED_MS = 150;
const file = resolve(process.argv[2] ?? resolve(import.meta.dirname, "../docs/kill.png"));

interface Pictures {
  readonly dead: Buffer;
  readonly back: Buffer;
}

await buildPage();
const dir = mkdtempSync(join(tmpdir(), "ninelives-picture-"));
const redis = await startRedis();
const server = startMain("arena.config.ts", { NINELIVES_DIR: dir, REDIS_URL: redis.url }, [`--processes=${PROCESSES}`]);
try {
  const url = await server.up();
  const browser = await openBrowser();
  try {
    const page = await browser.newPage({ viewport: VIEW });
    await enter(page, url);
    writeFileSync(file, await sideBySide(browser, await killUntilSeen(page, server)));
  } finally {
    await browser.close();
  }
} finally {
  server.kill("SIGTERM");
  await server.exited();
  await redis.stop();
  rmSync(dir, { recursive: true, force: true });
}

/** A match may be back before a frame of it is painted: then it is killed once more, when there are as many processes as before. */
async function killUntilSeen(page: Page, { stdout }: MainProcess): Promise<Pictures> {
  for (let kill = 0; kill < KILLS_MAX; kill++) {
    const ready = () => stdout().split('"a host is ready"').length > PROCESSES + kill;
    await until("every process to be there", ready, READY_MS);
    await page.keyboard.press("Enter");
    await page.keyboard.type("did you see that?");
    await page.keyboard.press("Escape");
    for (let flight = 0; flight < FLIGHTS_MAX; flight++) {
      await fly(page);
      if ((await page.evaluate(liveliness)) >= 4 && (flight > FLIGHTS_MAX / 2 || (await page.evaluate(ownScore)) > 0))
        break;
    }
    const reel = await film(page);
    const times = await killOnce(page);
    await reel.stop();
    const dead = reel.frames.findLast(({ atMs }) => atMs > times.deadAtMs + SETTLED_MS && atMs < times.backAtMs);
    if (dead !== undefined) return { dead: dead.picture, back: await backPicture(page) };
  }
  throw new Error(`the match was back too soon ${KILLS_MAX} times`);
}

interface Frame {
  readonly atMs: number;
  readonly picture: Buffer;
}

/** Every frame the page paints from now on. */
async function film(page: Page): Promise<{ readonly frames: readonly Frame[]; stop(): Promise<void> }> {
  const devtools = await page.context().newCDPSession(page);
  const frames: Frame[] = [];
  devtools.on("Page.screencastFrame", ({ data, metadata: { timestamp = 0 }, sessionId }) => {
    frames.push({ atMs: timestamp * 1000, picture: Buffer.from(data, "base64") });
    devtools.send("Page.screencastFrameAck", { sessionId }).catch(() => {}); // The film is over.
  });
  await devtools.send("Page.startScreencast", { format: "png", everyNthFrame: 1 });
  return { frames, stop: () => devtools.detach() };
}

/** Sends what is typed once the server is dead. Resolves when the match is back, with the times of both moments as the page saw them. */
async function killOnce(page: Page): Promise<{ readonly deadAtMs: number; readonly backAtMs: number }> {
  const times = page.evaluate(() => {
    const card = document.querySelector<HTMLElement>(".kill-card")!;
    let deadAtMs = Infinity;
    return new Promise<{ deadAtMs: number; backAtMs: number }>((resolve) => {
      new MutationObserver((_, observer) => {
        if (card.dataset.phase === "dead" && deadAtMs === Infinity) {
          deadAtMs = Date.now();
          document.querySelector<HTMLFormElement>(".chat-form")!.requestSubmit();
        }
        if (card.dataset.phase !== "back") return;
        observer.disconnect();
        resolve({ deadAtMs, backAtMs: Date.now() });
      }).observe(card, { attributes: true });
    });
  });
  await page.keyboard.press("k");
  return times;
}

function ownScore(): number {
  return window.arena!.ships().find(({ id }) => id === window.arena!.sessionId)?.score ?? 0;
}

async function backPicture(page: Page): Promise<Buffer> {
  await page.waitForFunction(() => document.querySelector('[data-fact="commands"]')!.textContent!.endsWith("ran once"));
  await page.waitForFunction(() => document.querySelector('[data-fact="has it now"]')!.textContent!.startsWith("pid"));
  await page.evaluate(async () => {
    for (const moving of document.querySelectorAll(".kill-card, .life"))
      for (const { finished } of moving.getAnimations()) await finished;
  });
  return page.screenshot();
}

async function sideBySide(browser: Browser, { dead, back }: Pictures): Promise<Buffer> {
  const width = (WIDTH - BETWEEN) / 2;
  const page = await browser.newPage({
    viewport: { width: WIDTH, height: Math.round((width * VIEW.height) / VIEW.width) },
  });
  const images = [dead, back].map(
    (picture) => `<img width="${width}" src="data:image/png;base64,${picture.toString("base64")}">`,
  );
  await page.setContent(`<body style="margin:0;display:flex;gap:${BETWEEN}px;background:#fff">${images.join("")}`);
  return page.screenshot();
}
