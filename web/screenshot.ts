/**
 * Takes docs/arena.png: plays a real match in a real browser for a while and keeps the liveliest picture.
 * `node web/screenshot.ts [file]`
 */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { buildPage, openBrowser, startServer } from "../test/browser/stage.ts";
import { enter, fly, liveliness } from "./screenshot-pilot.ts";

const VIEW = { width: 1200, height: 750 };
const PICTURES = 45;
const file = resolve(process.argv[2] ?? resolve(import.meta.dirname, "../docs/arena.png"));

await buildPage();
const server = await startServer();
const browser = await openBrowser();
try {
  const page = await browser.newPage({ viewport: VIEW });
  await enter(page, server.url);
  let best: { life: number; picture: Uint8Array } = { life: -1, picture: new Uint8Array() };
  for (let count = 0; count < PICTURES; count++) {
    await fly(page);
    const life = await page.evaluate(liveliness);
    if (life > best.life) best = { life, picture: await page.screenshot() };
  }
  writeFileSync(file, best.picture);
} finally {
  await browser.close();
  await server.stop();
}
