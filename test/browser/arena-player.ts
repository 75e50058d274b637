/** What a player does on the arena's page, for tests: comes in, talks, listens. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type {} from "../../games/arena/page/debug-handle.ts";

/** Presses Play under this name; resolves when the own ship flies. */
export async function play(page: Page, name: string): Promise<void> {
  await page.getByLabel("Your name").fill(name);
  await page.getByRole("button", { name: "Play" }).click();
  await page.waitForFunction(() =>
    window.arena?.ships().some(({ id, alive }) => id === window.arena!.sessionId && alive),
  );
}

/** Says something as a player does: Enter, the text, Enter. */
export async function say(page: Page, text: string): Promise<void> {
  await page.keyboard.press("Enter");
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
}

/** What was said, as the page shows it, without the names. */
export function lines(page: Page): Promise<string[]> {
  return page
    .locator(".chat-lines li span")
    .allTextContents()
    .then((texts) => texts.map((text) => text.trim()));
}

/** Waits until the page shows exactly these lines, all of them said. */
export async function hears(page: Page, texts: readonly string[]): Promise<void> {
  await page.waitForFunction(
    (count) =>
      document.querySelectorAll(".chat-lines li").length >= count &&
      document.querySelector('.chat-lines [data-state="waiting"]') === null,
    texts.length,
  );
  assert.deepEqual(await lines(page), texts);
}
