/**
 * Takes docs/cards.png: three players and a bot play a real round in a real browser until the picture has something to show.
 * `node web/screenshot-cards.ts [file]`
 */
import { resolve } from "node:path";
import type { Page } from "playwright-core";
import type {} from "../games/cards/page/debug-handle.ts";
import { buildPage, openBrowser, startServer } from "../test/browser/stage.ts";

const VIEW = { width: 1200, height: 750 };
/** Lines in the log from which on a round looks played. */
const LINES = 9;
const MOVES_MAX = 200;
const file = resolve(process.argv[2] ?? resolve(import.meta.dirname, "../docs/cards.png"));

await buildPage();
const server = await startServer();
const browser = await openBrowser();
try {
  const you = await sitDown("You", "");
  const link = await you.evaluate(() => location.search);
  const friends = [await sitDown("Mira", link), await sitDown("Tom", link)];
  await say(friends[0]!, "my train goes into a tunnel now");
  await say(friends[1]!, "play on, it waits for you");
  for (let moves = 0; moves < MOVES_MAX && !(await you.evaluate(isWorthIt, LINES)); moves++) {
    for (const page of [you, ...friends]) await page.evaluate(move);
    await you.evaluate(() => new Promise((done) => setTimeout(done, 250)));
  }
  await you.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished)));
  await you.screenshot({ path: file });
} finally {
  await browser.close();
  await server.stop();
}

async function sitDown(name: string, link: string): Promise<Page> {
  const context = await browser.newContext({ viewport: VIEW });
  const page = await context.newPage();
  await page.goto(`${server.url}/cards.html${link}`);
  await page.getByLabel("Your name").fill(name);
  await page.getByRole("button", { name: "Play" }).click();
  await page.waitForFunction(() => (window.cards?.hand().length ?? 0) > 0);
  return page;
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel("Say something").fill(text);
  await page.getByLabel("Say something").press("Enter");
  await page.waitForFunction(() => document.querySelector('.chat-lines [data-state="waiting"]') === null);
}

/** The own turn, with cards that fit and cards that do not. */
function isWorthIt(lines: number): boolean {
  const { isOwnTurn, waiting } = window.cards!;
  const fitting = window.cards!.playable().length;
  const isChoice = fitting > 0 && fitting < window.cards!.hand().length - 1;
  return isOwnTurn && waiting === 0 && isChoice && document.querySelectorAll(".log li").length >= lines;
}

/** Draws rather than plays now and then, so that hands stay worth looking at. */
function move(): void {
  const { isOwnTurn, waiting } = window.cards!;
  if (!isOwnTurn || waiting > 0) return;
  const fitting = window.cards!.playable().find((card) => !card.startsWith("8"));
  const draws = window.cards!.hand().length < 4;
  const way = draws || fitting === undefined ? ".move:enabled" : `[data-card="${fitting}"]`;
  document.querySelector<HTMLButtonElement>(way)?.click();
}
