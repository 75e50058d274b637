/** The card page in a real browser against a real server: what a visitor meets, online, offline and after a reload. */
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";
import type { Browser, Page } from "playwright-core";
import type {} from "../../games/cards/page/debug-handle.ts";
import { buildPage, openBrowser, type Server, startServer, Visitors } from "./stage.ts";

/** As in long-hands.tuning.yaml. */
const HAND_SIZE = 10;

describe("the card page", function () {
  this.timeout(60_000);
  let server: Server;
  let browser: Browser;
  let visitors: Visitors;

  before(async () => {
    await buildPage();
    browser = await openBrowser();
    visitors = new Visitors(browser);
  });

  beforeEach(async () => {
    server = await startServer("test/browser/long-hands.config.ts");
  });

  afterEach(async () => {
    await visitors.leave();
    await server.stop();
    assert.deepEqual(visitors.complaints.splice(0), [], "errors in a page's console");
  });

  after(() => browser?.close());

  const visit = (path = "/cards.html", viewport = { width: 1280, height: 800 }) =>
    visitors.visit(new URL(path, server.url).href, { viewport });

  async function sitDown(page: Page, name: string): Promise<void> {
    await page.getByLabel("Your name").fill(name);
    await page.getByRole("button", { name: "Play" }).click();
    await page.waitForFunction((size) => window.cards?.hand().length === size, HAND_SIZE);
  }

  const ownTurn = (page: Page) => page.waitForFunction(() => window.cards!.isOwnTurn && window.cards!.waiting === 0);

  /** Draws and passes until a card that is no eight may be played; its id. */
  async function somethingFits(page: Page): Promise<string> {
    for (let turn = 0; turn < 30; turn++) {
      await ownTurn(page);
      const fitting = await page.evaluate(() => window.cards!.playable().find((card) => !card.startsWith("8")));
      if (fitting !== undefined) return fitting;
      await page.locator(".move:enabled").first().click();
      await page.waitForFunction(() => window.cards!.waiting === 0);
    }
    return assert.fail("nothing fits in 30 turns");
  }

  it("[CA1] deals a lone visitor in, and a card that is pressed lies on the pile", async () => {
    const page = await visit();
    await sitDown(page, "Ada");
    const seats = await page.evaluate(() => window.cards!.seats());
    assert.deepEqual(
      seats.map(({ name, bot }) => (bot ? "a bot" : name)),
      ["Ada", "a bot"],
    );
    const card = await somethingFits(page);
    const before = await page.evaluate(() => window.cards!.hand());
    await page.locator(`[data-card="${card}"]`).click();
    await page.waitForFunction((length) => window.cards!.hand().length === length, before.length - 1);
    await page.waitForFunction(() => window.cards!.waiting === 0);
    assert.equal((await page.evaluate(() => window.cards!.hand())).includes(card), false);
    assert.match((await page.locator(".log").textContent()) ?? "", /You played/);
  });

  it("says why a card does not fit, and asks an eight for its suit", async () => {
    const page = await visit();
    await sitDown(page, "Ada");
    for (let turn = 0; turn < 40; turn++) {
      await ownTurn(page);
      const { eight, unfit } = await page.evaluate(() => {
        const { playable, hand } = { playable: window.cards!.playable(), hand: window.cards!.hand() };
        return {
          eight: playable.find((card) => card.startsWith("8")),
          unfit: hand.find((card) => !playable.includes(card)),
        };
      });
      if (unfit !== undefined) {
        await page.locator(`[data-card="${unfit}"]`).click();
        assert.match((await page.locator(".own-says").textContent()) ?? "", /does not fit|You drew/);
      }
      if (eight !== undefined) {
        await page.locator(`[data-card="${eight}"]`).click();
        await page.getByRole("dialog").getByRole("button", { name: "hearts" }).click();
        await page.waitForFunction(() => document.querySelector(".log")!.textContent!.includes("asked for hearts"));
        return;
      }
      await page.locator(".move:enabled").first().click();
      await page.waitForFunction(() => window.cards!.waiting === 0);
    }
    assert.fail("no eight in 40 turns");
  });

  it("[CA2] [CA4] a card pressed offline waits, is played once when the network is back, and the hand outlives a reload", async () => {
    const ada = await visit();
    await sitDown(ada, "Ada");
    const link = await ada.evaluate(() => location.search);
    const bea = await visit(`/cards.html${link}`);
    await sitDown(bea, "Bea");
    const { sessionId } = await ada.evaluate(() => ({ sessionId: window.cards!.sessionId }));
    const card = await somethingFits(ada);
    const before = await ada.evaluate(() => window.cards!.hand());

    const devtools = await ada.context().newCDPSession(ada);
    const network = (offline: boolean) =>
      devtools.send("Network.emulateNetworkConditions", {
        offline,
        latency: 0,
        downloadThroughput: -1,
        uploadThroughput: -1,
      });
    await devtools.send("Network.enable");
    await network(true);
    await ada.waitForFunction(() => window.cards!.connection === "RECONNECTING");
    assert.match((await ada.locator(".banner").textContent()) ?? "", /^Connection lost/);
    await ada.locator(`[data-card="${card}"]`).click();
    await ada.waitForFunction(() => window.cards!.waiting === 1);
    assert.equal(await ada.locator(`[data-card="${card}"]`).getAttribute("data-waiting"), "true");
    assert.match(
      (await ada.locator(".turn-text").textContent()) ?? "",
      /is kept, and made when the connection is back/,
    );
    await bea.waitForFunction(() => document.querySelector(".other-note")?.textContent === "away");
    const countOf = (page: Page) =>
      page.evaluate((id) => window.cards!.seats().find((seat) => seat.id === id)!.handCount, sessionId);
    assert.equal(await countOf(bea), before.length);

    assert.equal(await ada.evaluate(() => window.cards!.connection), "RECONNECTING");
    await network(false);
    await ada.waitForFunction(() => window.cards!.connection === "CONNECTED" && window.cards!.waiting === 0);
    const left = before.filter((held) => held !== card);
    assert.deepEqual(await ada.evaluate(() => window.cards!.hand()), left);
    await bea.waitForFunction(
      ({ id, count }) => window.cards!.seats().find((seat) => seat.id === id)!.handCount === count,
      { id: sessionId, count: left.length },
    );
    const told = (await bea.locator(".log").textContent()) ?? "";
    assert.equal(told.match(/Ada played/g)?.length, 1, told);

    await ada.reload();
    await ada.waitForFunction((id) => window.cards?.sessionId === id && window.cards.hand().length > 0, sessionId);
    assert.deepEqual(await ada.evaluate(() => window.cards!.hand()), left);
    assert.equal(await ada.locator(".hand-card").count(), left.length);
  });

  it("[TP1] what is said at the table is heard by everyone, and complete after a reload", async () => {
    const ada = await visit();
    await sitDown(ada, "Ada");
    const bea = await visit(`/cards.html${await ada.evaluate(() => location.search)}`);
    await sitDown(bea, "Bea");
    const say = async (page: Page, text: string) => {
      await page.getByLabel("Say something").fill(text);
      await page.getByLabel("Say something").press("Enter");
    };
    const talk = ["Bea hello", "Ada <b>good luck</b>"];
    const hears = (page: Page) =>
      page.waitForFunction((lines) => {
        const shown = [...document.querySelectorAll(".chat-lines li:not([data-state='waiting'])")];
        return JSON.stringify(shown.map(({ textContent }) => textContent)) === JSON.stringify(lines);
      }, talk);
    await say(bea, "hello");
    await ada.waitForFunction(() => document.querySelectorAll(".chat-lines li").length === 1);
    await say(ada, "<b>good luck</b>");
    await Promise.all([hears(ada), hears(bea)]);
    await bea.reload();
    await bea.waitForFunction(() => (window.cards?.hand().length ?? 0) > 0);
    await hears(bea);
  });

  it("fits a phone: nothing is wider than the screen, and every card of the hand is in it", async () => {
    const page = await visit("/cards.html", { width: 390, height: 844 });
    await sitDown(page, "Ada");
    const boxes = await page.evaluate(() => {
      const parts = [...document.querySelectorAll(".hand-card, .move, .deck, .pile, .other, .log")];
      return parts
        .map((part) => part.getBoundingClientRect())
        .map(({ left, right, bottom }) => ({ left, right, bottom }));
    });
    for (const { left, right, bottom } of boxes) assert.ok(left >= 0 && right <= 390 && bottom <= 844);
    assert.ok(boxes.length >= HAND_SIZE + 6);
  });
});
