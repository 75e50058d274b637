/** The arena's page in a real browser against a real server: what a visitor meets. */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "mocha";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { hears, lines, play, say } from "./arena-player.ts";
import { buildPage, layCable, openBrowser, type Server, startServer, Visitors } from "./stage.ts";

const FILL_TO = 6;

describe("the arena's page", function () {
  this.timeout(60_000);
  let server: Server;
  let browser: Browser;
  let visitors: Visitors;

  before(async () => {
    await buildPage();
    server = await startServer();
    browser = await openBrowser();
    visitors = new Visitors(browser);
  });

  afterEach(async () => {
    await visitors.leave();
    assert.deepEqual(visitors.complaints.splice(0), [], "errors in a page's console");
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const visit = (path = "/", options: BrowserContextOptions = {}) =>
    visitors.visit(new URL(path, server.url).href, { viewport: { width: 1200, height: 750 }, ...options });

  it("[AR1] puts a lone visitor into a match with bots at once", async () => {
    const page = await visit();
    await play(page, "Ada");
    await page.waitForFunction((fillTo) => window.arena!.ships().length === fillTo, FILL_TO);
    const ships = await page.evaluate(() => window.arena!.ships());
    assert.equal(ships.filter(({ bot }) => bot).length, FILL_TO - 1);
    assert.equal(ships.find(({ bot }) => !bot)?.name, "Ada");
  });

  it("fires when the mouse is pressed", async () => {
    const page = await visit();
    await play(page, "Ada");
    await page.mouse.move(900, 375);
    await page.mouse.down();
    await page.waitForFunction(() => window.arena!.shots().some(({ own }) => own));
  });

  it("shows two windows each other's ship, and one moves in both when its player presses a key", async () => {
    const first = await visit();
    await play(first, "Ada");
    const link = await first.evaluate(() => location.search);
    const second = await visit(`/${link}`);
    await play(second, "Bea");
    const firstId = await first.evaluate(() => window.arena!.sessionId);
    assert.equal(await second.evaluate(() => window.arena!.roomId), await first.evaluate(() => window.arena!.roomId));
    await first.waitForFunction(() => window.arena!.ships().some(({ name }) => name === "Bea"));
    const seen = (id: string) => window.arena!.ships().find((ship) => ship.id === id)!;
    await second.waitForFunction((id) => window.arena!.ships().some((ship) => ship.id === id), firstId);
    const before = await second.evaluate(seen, firstId);
    const key = before.x < 800 ? "d" : "a";
    await first.keyboard.down(key);
    await second.waitForFunction(
      ({ id, x }) => Math.abs(window.arena!.ships().find((ship) => ship.id === id)!.x - x) > 40,
      { id: firstId, x: before.x },
    );
  });

  it("says in its net panel that it is connected, how fast and how exactly", async () => {
    const page = await visit();
    await play(page, "Ada");
    await page.keyboard.press("n");
    const row = (name: string) => page.locator(`[data-row="${name}"]`);
    await page.waitForFunction(() => document.querySelector('[data-row="connection"]')?.textContent === "CONNECTED");
    await page.waitForFunction(
      () => Number.parseFloat(document.querySelector('[data-row="patches"]')?.textContent ?? "") > 10,
    );
    await page.waitForFunction(() =>
      document.querySelector('[data-row="tick late p99"]')?.textContent?.endsWith(" ms"),
    );
    assert.match((await row("round trip").textContent()) ?? "", /^\d+ ms$/);
    assert.match((await row("correction").textContent()) ?? "", /^\d+\.\d\d px$/);
  });

  it("is steered by two thumbs on a phone", async () => {
    const page = await visit("/", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await play(page, "Ada");
    const { x } = await page.evaluate(() => window.arena!.ships().find(({ id }) => id === window.arena!.sessionId)!);
    const touch = async (type: "touchStart" | "touchMove", points: { x: number; y: number; id: number }[]) => {
      await session.send("Input.dispatchTouchEvent", { type, touchPoints: points });
    };
    const session = await page.context().newCDPSession(page);
    const side = x < 800 ? 1 : -1;
    const left = { x: 100, y: 600, id: 1 };
    const right = { x: 300, y: 600, id: 2 };
    await touch("touchStart", [left]);
    await touch("touchStart", [left, right]);
    await touch("touchMove", [
      { ...left, x: left.x + side * 50 },
      { ...right, y: right.y - 50 },
    ]);
    await page.waitForFunction(
      (from) => Math.abs(window.arena!.ships().find(({ id }) => id === window.arena!.sessionId)!.x - from) > 40,
      x,
    );
    await page.waitForFunction(() => window.arena!.shots().some(({ own }) => own));
  });

  it("[CL7] in flight mode, and after a reload: same ship, same score, and the talk is complete on both sides", async () => {
    const ada = await visit();
    await play(ada, "Ada");
    const bea = await visit(`/${await ada.evaluate(() => location.search)}`);
    await play(bea, "Bea");
    await say(bea, "before");
    await hears(ada, ["before"]);
    const me = () => window.arena!.ships().find(({ id }) => id === window.arena!.sessionId)!;
    const { id, score } = await ada.evaluate(me);
    const flight = await ada.context().newCDPSession(ada);
    await flight.send("Network.enable");
    const switchOff = (offline: boolean) =>
      flight.send("Network.emulateNetworkConditions", {
        offline,
        latency: 0,
        downloadThroughput: -1,
        uploadThroughput: -1,
      });
    await switchOff(true);
    await ada.waitForFunction(() => window.arena!.connection === "RECONNECTING");
    await say(ada, "in the tunnel");
    await say(bea, "meanwhile");
    await hears(bea, ["before", "meanwhile"]);
    assert.deepEqual(await lines(ada), ["before", "in the tunnel"]);
    await switchOff(false);
    await ada.waitForFunction(() => window.arena!.connection === "CONNECTED");
    const all = ["before", "meanwhile", "in the tunnel"];
    await hears(bea, all);
    await hears(ada, all);
    await ada.reload();
    await ada.waitForFunction((before) => window.arena?.sessionId === before && window.arena.ships().length > 0, id);
    const back = await ada.evaluate(me);
    assert.deepEqual([back.id, back.name, back.score >= score], [id, "Ada", true]);
    await hears(ada, all);
  });

  it("[SE1] says that the connection is lost, and plays on in the same seat when it is back", async () => {
    const cable = await layCable(server);
    try {
      const page = await visit(cable.url);
      await play(page, "Ada");
      const id = await page.evaluate(() => window.arena!.sessionId);
      await page.evaluate(() => {
        new MutationObserver((_, observer) => {
          if (document.querySelector<HTMLElement>(".banner")!.hidden) return;
          document.body.dataset.told = document.querySelector(".banner")!.textContent;
          observer.disconnect();
        }).observe(document.querySelector(".banner")!, { attributes: true });
      });
      cable.cut();
      await page.waitForFunction(() => document.body.dataset.told?.startsWith("Connection lost"));
      await page.waitForFunction(() => window.arena!.connection === "CONNECTED");
      assert.equal(await page.evaluate(() => window.arena!.sessionId), id);
      await page.mouse.down();
      await page.waitForFunction(() => window.arena!.shots().some(({ own }) => own));
      assert.equal(await page.locator(".banner").isHidden(), true);
    } finally {
      cable.stop();
    }
  });

  it("takes a visitor whose link is over into another match", async () => {
    const page = await visit("/?room=gone");
    await play(page, "Ada");
    assert.notEqual(await page.evaluate(() => window.arena!.roomId), "gone");
    assert.match(
      visitors.complaints.splice(0).join("\n"),
      /^Failed to load resource.*404[^\n]*$/,
      "the browser's own line about the old room",
    );
  });
});
