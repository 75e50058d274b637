/** The lobby in a real browser: what is played shows as it happens, also after the stream broke, and leads into the match. */
import assert from "node:assert/strict";
import { connect } from "@ninelives/client";
import type { Browser, Page } from "playwright-core";
import { Arena } from "../../games/arena/arena.type.ts";
import { buildPage, type Cable, layCable, openBrowser, type Server, startServer, Visitors } from "./stage.ts";

describe("the lobby page", function () {
  this.timeout(60_000);
  let server: Server;
  let cable: Cable;
  let browser: Browser;
  let visitors: Visitors;

  before(async () => {
    await buildPage();
    [browser, server] = await Promise.all([openBrowser(), startServer()]);
    cable = await layCable(server);
    visitors = new Visitors(browser);
  });
  after(async () => {
    await visitors.leave();
    await browser.close();
    cable.stop();
    await server.stop();
  });

  const matches = (page: Page) => page.locator(".lobby-match");
  const sum = (page: Page, text: string) => page.getByText(text, { exact: true }).waitFor();

  it("[LOB1][LOB3] shows matches as they come, fill and end, and leads into one", async () => {
    const page = await visitors.visit(`${cable.url}/lobby.html`, { viewport: { width: 1280, height: 800 } });
    await sum(page, "0 matches, 0 players");
    const ada = await connect(server.url).create(Arena, { name: "Ada" });
    await sum(page, "1 match, 1 player");
    assert.equal(await matches(page).getByRole("heading").textContent(), ada.roomId);
    cable.cut();
    const bob = await connect(server.url).joinById(Arena, ada.roomId, { name: "Bob" });
    await sum(page, "1 match, 2 players");
    await page.getByRole("link", { name: `Join match ${ada.roomId}` }).click();
    await page.getByLabel("Your name").fill("Cyd");
    await page.getByRole("button", { name: "Play" }).click();
    await page.waitForFunction((roomId) => location.search === `?room=${roomId}`, ada.roomId);
    const other = await visitors.visit(`${server.url}/lobby.html`, { viewport: { width: 390, height: 844 } });
    await sum(other, "1 match, 3 players");
    const widest = await other.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(widest <= 390, `${widest} px wide on a phone`);
    await page.close();
    await Promise.all([ada.leave(), bob.leave()]);
    assert.deepEqual(
      visitors.complaints.splice(0).filter((line) => !/ERR_CONNECTION|INCOMPLETE_CHUNKED/.test(line)),
      [],
    );
  });
});
