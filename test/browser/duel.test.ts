/** Two visitors who look for a duel, in a real browser: they wait, are asked, and meet; one of them loads the page again on the way. */
import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import type {} from "../../games/arena/page/debug-handle.ts";
import { buildPage, openBrowser, type Server, startServer, Visitors } from "./stage.ts";

describe("a duel in the arena", function () {
  this.timeout(60_000);
  let server: Server;
  let browser: Browser;
  let visitors: Visitors;

  before(async () => {
    await buildPage();
    [browser, server] = await Promise.all([openBrowser(), startServer()]);
    visitors = new Visitors(browser);
  });
  after(async () => {
    await visitors.leave();
    await browser.close();
    await server.stop();
  });

  async function seeks(name: string): Promise<Page> {
    const page = await visitors.visit(server.url, { viewport: { width: 900, height: 640 } });
    await page.getByLabel("Your name").fill(name);
    await page.getByRole("button", { name: "Find a duel" }).click();
    await page.locator(".queue-panel").waitFor();
    return page;
  }
  const found = (page: Page) => page.getByRole("heading", { name: "Rival found" }).waitFor();
  const accepts = (page: Page) => page.locator(".queue-panel").getByRole("button", { name: "Play" }).click();

  it("[QU4][QU13] brings two visitors together who both want it, also after a reload, and nobody else", async () => {
    const ada = await seeks("Ada");
    await ada.getByText("1st in line").waitFor();
    await ada.reload();
    await ada.getByRole("heading", { name: "Looking for a rival" }).waitFor();
    const bea = await seeks("Bea");
    await Promise.all([found(ada), found(bea)]);
    await bea.getByRole("button", { name: "Not now" }).click();
    await bea.getByRole("button", { name: "Find a duel" }).waitFor();
    await ada.getByText("You keep your place").waitFor();
    await bea.getByRole("button", { name: "Find a duel" }).click();
    await Promise.all([found(ada), found(bea)]);
    await accepts(ada);
    await ada.getByText("1 of 2 are ready").waitFor();
    await accepts(bea);
    for (const page of [ada, bea]) await page.waitForFunction(() => window.arena?.ships().length === 2);
    const names = await ada.evaluate(() => window.arena!.ships().map(({ name }) => name));
    assert.deepEqual(names.toSorted(), ["Ada", "Bea"]);
    const lobby = await visitors.visit(`${server.url}/lobby.html`, {});
    await lobby.locator(".lobby-match").getByText("Duel").waitFor();
    assert.equal(await lobby.getByRole("link", { name: /Join match/ }).count(), 0);
    assert.deepEqual(visitors.complaints.splice(0), [], "errors in a page's console");
  });
});
