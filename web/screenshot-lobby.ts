/**
 * Takes docs/lobby.png: the lobby of three processes while they are replaced one by one under people who play.
 * `node web/screenshot-lobby.ts [file]`; needs redis-server. Fails when a match or a player is lost on the way.
 */
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { connect, type Room } from "@ninelives/client";
import { Arena } from "../games/arena/arena.type.ts";
import { Cards } from "../games/cards/cards.type.ts";
import { buildPage, openBrowser } from "../test/browser/stage.ts";
import { Supervised } from "../test/survival/supervised.ts";
import { until } from "../test/support/until.ts";

const VIEW = { width: 1120, height: 720 };
const PROCESSES = 3;
/** People in each match. */
const ARENAS = [5, 3, 8, 2];
const TABLES = [4, 2, 3];
const FIRST_REPLACED_MS = 30_000;
const file = resolve(process.argv[2] ?? resolve(import.meta.dirname, "../docs/lobby.png"));

await buildPage();
const supervised = await Supervised.start(PROCESSES, resolve(import.meta.dirname, "../arena.config.ts"));
try {
  const people = await play(supervised.url);
  const browser = await openBrowser();
  try {
    const page = await browser.newPage({ viewport: VIEW });
    await page.goto(`${supervised.url}/lobby.html`);
    const matches = () => page.locator("[data-room]").count();
    await until("every match to be shown", async () => (await matches()) === ARENAS.length + TABLES.length);
    const rolling = supervised.roll();
    await until(
      "the first host to be replaced",
      () => /host \d+ of \d+ was replaced/.test(supervised.said()),
      FIRST_REPLACED_MS,
    );
    await until("every match to be shown", async () => (await matches()) === ARENAS.length + TABLES.length);
    await page.screenshot({ path: file });
    const ms = await rolling;
    await until("every match to be shown", async () => (await matches()) === ARENAS.length + TABLES.length);
    await until("everybody to play", () => people.every(({ connection }) => connection.state === "CONNECTED"));
    assert.doesNotMatch(supervised.said(), /"msg":"player left"/);
    process.stdout.write(
      `${PROCESSES} processes replaced in ${Math.round(ms)} ms, ${people.length} people and ${await matches()} matches there; ${file}\n`,
    );
  } finally {
    await browser.close();
  }
  await Promise.all(people.map((room) => room.leave()));
} finally {
  await supervised.stop();
}

async function play(url: string): Promise<Room<typeof Arena>[]> {
  const people: Room<typeof Arena>[] = [];
  for (const [type, sizes] of [
    [Arena, ARENAS],
    [Cards, TABLES],
  ] as const) {
    for (const size of sizes) {
      const client = () => connect(url, { liveness: "game" });
      const first = await client().create(type as typeof Arena, { name: "Ada" });
      people.push(first);
      for (let more = 1; more < size; more++)
        people.push(await client().joinById(type as typeof Arena, first.roomId, { name: `Bo ${more}` }));
    }
  }
  return people;
}
