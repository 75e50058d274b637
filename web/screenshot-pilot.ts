/** Plays the arena in a browser, so that there is something to take a picture of. */
import type { Page } from "playwright-core";
import type {} from "../games/arena/page/debug-handle.ts";

/** Into a match with bots, the trigger held. */
export async function enter(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel("Your name").fill("You");
  await page.getByRole("button", { name: "Play" }).click();
  await page.waitForFunction(() => (window.arena?.ships().length ?? 0) >= 6);
  await page.mouse.down();
}

/** Towards the nearest foe, aiming at it, for a moment; comes back at once when shot down. */
export async function fly(page: Page): Promise<void> {
  const foe = await page.evaluate(() => {
    const ships = window.arena!.ships();
    const self = ships.find(({ id }) => id === window.arena!.sessionId);
    if (self === undefined || !self.alive) return undefined;
    const ways = ships
      .filter(({ id, alive }) => alive && id !== self.id)
      .map(({ x, y }) => ({ x: x - self.x, y: y - self.y, far: Math.hypot(x - self.x, y - self.y) }));
    return ways.sort((a, b) => a.far - b.far)[0];
  });
  if (foe === undefined) {
    await page.keyboard.press("Space");
    return;
  }
  const { width, height } = page.viewportSize()!;
  await page.mouse.move(width / 2 + (foe.x / foe.far) * 300, height / 2 + (foe.y / foe.far) * 300);
  const sign = foe.far > 260 ? 1 : -1;
  const keys = [foe.x * sign > 0 ? "d" : "a", foe.y * sign > 0 ? "s" : "w"];
  for (const key of keys) await page.keyboard.down(key);
  await page.evaluate(() => new Promise((done) => setTimeout(done, 450)));
  for (const key of keys) await page.keyboard.up(key);
}

/** Ships and shots near the own ship, which must be there. */
export function liveliness(): number {
  const { sessionId } = window.arena!;
  const self = window.arena!.ships().find(({ id }) => id === sessionId);
  if (self === undefined || !self.alive) return -1;
  const near = ({ x, y }: { x: number; y: number }) => Math.abs(x - self.x) < 480 && Math.abs(y - self.y) < 280;
  const ships = window.arena!.ships().filter((ship) => ship.alive && ship.id !== sessionId && near(ship)).length;
  const shots = window.arena!.shots().filter(near).length;
  return ships * 3 + shots;
}
