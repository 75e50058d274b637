/** The button that kills the server, pressed in a real browser: real processes under a real supervisor, with files and with Redis. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";
import type { Browser, Page } from "playwright-core";
import { type MainProcess, PRODUCTION, ROOT, startMain } from "../support/main-process.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { hears, play } from "./arena-player.ts";
import { buildPage, layCable, openBrowser, Visitors } from "./stage.ts";

const CONFIG = join(ROOT, "arena.config.ts");
/** A match is back when its next process is: that takes as long as the machine needs. */
const BACK_MS = 45_000;
/** What a browser says itself of a server that is dead for a moment. */
const OF_A_DEAD_SERVER = /^(WebSocket connection to '[^']+' failed|Failed to load resource)/;

describe("the button that kills the server", function () {
  this.timeout(150_000);
  let browser: Browser;
  let visitors: Visitors;
  let dir: string;
  let redis: TestRedis | undefined;
  let main: MainProcess;

  before(async () => {
    await buildPage();
    browser = await openBrowser();
    visitors = new Visitors(browser);
  });
  beforeEach(async () => (dir = await mkdtemp(join(tmpdir(), "ninelives-kill-"))));
  afterEach(async () => {
    await visitors.leave();
    main.kill("SIGTERM");
    assert.equal(await main.exited(), 0);
    await redis?.stop();
    redis = undefined;
    await rm(dir, { recursive: true, force: true });
    const complaints = visitors.complaints.splice(0).filter((line) => !OF_A_DEAD_SERVER.test(line));
    assert.deepEqual(complaints, [], "errors in a page's console");
  });
  after(() => browser?.close());

  function start(processes: number, env: NodeJS.ProcessEnv = {}): Promise<string> {
    const args = ["--processes", String(processes)];
    main = startMain(CONFIG, { NINELIVES_DIR: dir, REDIS_URL: redis?.url, ...env }, args);
    return main.up();
  }

  const visit = (url: string) => visitors.visit(url, { viewport: { width: 1200, height: 750 } });
  const fact = async (page: Page, name: string) => (await page.locator(`[data-fact="${name}"]`).textContent()) ?? "";

  /** Kills the server as Ada does, who says something in the moment it is dead, and looks at what she and Bea are shown then. */
  async function killOnce(ada: Page, bea: Page, life: number): Promise<void> {
    await ada.keyboard.press("Enter");
    await ada.keyboard.type(`said in life ${life - 1}`);
    const witnessed = ada.evaluate(witness, { deadlineMs: BACK_MS });
    await ada.getByRole("button", { name: "Kill this server" }).click();
    const { dead, back, shown } = await witnessed;
    assert.deepEqual(Object.keys(back), Object.keys(dead), "the same ships");
    for (const [id, score] of Object.entries(dead)) assert.ok(back[id]! >= score, `${id}: ${score} became ${back[id]}`);
    assert.match(shown, /^Back in[1-9]\d*ms.*same matchsame shipsame score/);
    assert.match(await fact(ada, "ticks lost"), /^[1-9]\d*$/);
    await ada.waitForFunction(() =>
      /^1 waited.*, each ran once$/.test(document.querySelector('[data-fact="commands"]')!.textContent!),
    );
    await ada.waitForFunction(() => document.querySelector('[data-fact="has it now"]')!.textContent!.startsWith("pid"));
    assert.notEqual(await fact(ada, "has it now"), await fact(ada, "died"));
    for (const page of [ada, bea]) await page.waitForSelector(`text=life ${life} of 9`, { timeout: BACK_MS });
    assert.equal(await fact(bea, "epoch"), await fact(ada, "epoch"));
  }

  async function twoPlayers(url: string): Promise<readonly [Page, Page]> {
    const ada = await visit(url);
    await play(ada, "Ada");
    const bea = await visit(url + (await ada.evaluate(() => location.search)));
    await play(bea, "Bea");
    await ada.waitForSelector("text=life 1 of 9");
    await ada.waitForFunction(() => window.arena!.ships().some(({ score }) => score > 0));
    return [ada, bea];
  }

  it("[AR5] one process, started again: same ships, same scores, and what was said meanwhile is heard once", async () => {
    const [ada, bea] = await twoPlayers(await start(1));
    for (const life of [2, 3]) await killOnce(ada, bea, life);
    for (const page of [ada, bea]) await hears(page, ["said in life 1", "said in life 2"]);
  });

  it("[AR5] three processes: another one has the match", async () => {
    redis = await startRedis();
    const [ada, bea] = await twoPlayers(await start(3));
    await killOnce(ada, bea, 2);
    for (const page of [ada, bea]) await hears(page, ["said in life 1"]);
  });

  it("[AR6] a connection that was lost is no kill", async () => {
    const url = await start(1);
    const cable = await layCable({ url, stop: () => Promise.resolve() });
    try {
      const page = await visit(cable.url);
      await play(page, "Ada");
      await page.waitForSelector("text=life 1 of 9");
      await page.evaluate(() => {
        new MutationObserver(() => (document.body.dataset.lost = "true")).observe(document.querySelector(".banner")!, {
          attributes: true,
        });
      });
      cable.cut();
      await page.waitForFunction(
        () => document.body.dataset.lost === "true" && window.arena!.connection === "CONNECTED",
      );
      await page.mouse.down();
      await page.waitForFunction(() => window.arena!.shots().some(({ own }) => own));
      assert.equal(await page.locator(".kill-card").isVisible(), false);
      assert.equal(await page.locator("text=life 1 of 9").isVisible(), true);
    } finally {
      cable.stop();
    }
  });

  it("[AR5] in production there is no such button", async () => {
    const page = await visit(await start(1, PRODUCTION));
    await play(page, "Ada");
    await page.waitForSelector('.lives-all[data-asked="true"]', { state: "attached" });
    assert.equal(await page.getByRole("button", { name: "Kill this server" }).isVisible(), false);
    await page.keyboard.press("k");
    await page.mouse.down();
    await page.waitForFunction(() => window.arena!.shots().some(({ own }) => own));
  });
});

interface Witnessed {
  /** Scores by ship: when the page heard of the death, while last pictures may be on their way; and in the next server's first picture. */
  readonly dead: Readonly<Record<string, number>>;
  readonly back: Readonly<Record<string, number>>;
  /** The card's text then. */
  readonly shown: string;
}

/** In the page: sends what is typed in the moment the server is dead. Resolves when the match is back. */
function witness({ deadlineMs }: { deadlineMs: number }): Promise<Witnessed> {
  const scores = () => Object.fromEntries(window.arena!.ships().map(({ id, score }) => [id, score]));
  const card = document.querySelector<HTMLElement>(".kill-card")!;
  let dead: Record<string, number> | undefined;
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(`not back in ${deadlineMs} ms: the card is ${card.dataset.phase}`)), deadlineMs);
    new MutationObserver((_, observer) => {
      if (card.dataset.phase === "dead" && dead === undefined) {
        dead = scores();
        document.querySelector<HTMLFormElement>(".chat-form")!.requestSubmit();
      }
      if (card.dataset.phase !== "back" || dead === undefined) return;
      observer.disconnect();
      resolve({ dead, back: scores(), shown: card.textContent! });
    }).observe(card, { attributes: true });
  });
}
