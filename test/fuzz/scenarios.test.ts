/** Weather that once found a fault, told step by step: dice change, what they found stays. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import { mutate, restoreAll } from "../support/mutate.ts";
import type { Page } from "../support/sim/page.ts";
import type { Player } from "../support/sim/player.ts";
import { SimLine } from "../support/sim/sim-link.ts";
import { World } from "../support/sim/world.ts";

/** Ticks of 40 s: longer than a seat is held for a player who may know nothing of it. */
const LONG_TICKS = 2_000;

describe("in weather that found a fault", function () {
  this.timeout(30_000);
  let world: World;
  let ada: Player;
  beforeEach(async () => {
    world = await World.open(1, 2);
    [ada] = world.players as [Player];
  });
  afterEach(() => {
    restoreAll();
    return world.close();
  });

  const until = async (what: string, isSo: () => boolean) => {
    for (let left = LONG_TICKS; !isSo(); left--) {
      if (left === 0) throw new Error(`waited ${LONG_TICKS} ticks in vain: ${what}`);
      await world.ticks();
    }
  };
  const isIn = () => ada.page.isIn;
  const clients = () => world.room.clients.length;

  it("[SE1][SIM3] seed 1: a cut between a return and its first answer does not shorten the hold of the seat", async () => {
    const { sessionId } = ada;
    ada.weather.delayMs = 0;
    ada.cut(true, true);
    await until("the drop", () => clients() === 1);
    ada.weather.blackHole = true;
    const { line } = ada.page;
    await until("the attempt to come back", () => ada.page.line !== line);
    ada.weather.blackHole = false;
    ada.weather.delayMs = 200;
    await until("the server to take it", () => clients() === 2);
    assert.ok(!isIn(), "its first answer is on the way");
    ada.weather.blackHole = true;
    ada.cut(true, true);
    await world.ticks(LONG_TICKS);
    assert.deepEqual(await world.finish(), []);
    assert.deepEqual([ada.pages.length, ada.page.room!.sessionId], [1, sessionId]);
  });

  it("[SE11] a page that was loaded again and is cut before each word of its return, one after the other, has its seat", async () => {
    const { sessionId } = ada;
    ada.weather.delayMs = 0;
    for (let frames = 0; frames <= 2; frames++) {
      let left = frames;
      mutate(SimLine.prototype, "toClient", (line, toClient, frame) => {
        if (line !== ada.page.line || left-- > 0) toClient(frame);
        else if (left === -1) world.surroundings.clock.after(0, () => ada.cut(true, true));
      });
      ada.reload(frames % 2 === 0);
      await until("the cut", () => left < 0);
      restoreAll();
      await until("the return", isIn);
    }
    assert.deepEqual(await world.finish(), []);
    assert.equal(ada.page.room!.sessionId, sessionId);
  });

  it("[SE13] a copy of a tab that comes after that one's own return is REPLACED, and the first goes on", async () => {
    ada.weather.delayMs = 0;
    const late: (() => void)[] = [];
    mutate(SimLine.prototype, "open", (_, open, url, subprotocols, take) =>
      open(url, subprotocols, (connection, request) => late.push(() => take(connection, request))),
    );
    ada.duplicate();
    const [first, copy] = ada.pages as [Page, Page];
    await until("the copy to ask", () => late.length === 1);
    restoreAll();
    first.line!.cut(true, true);
    await until("the first to be gone", () => clients() === 1);
    await until("the first to be back", () => first.isIn && clients() === 2);
    late[0]!();
    await until("the player to go on in the first", () => ada.page === first);
    assert.equal(copy.refusal?.name, "REPLACED");
    assert.deepEqual(await world.finish(), []);
    assert.deepEqual([ada.pages.length, first.end], [1, "lives"]);
  });

  it("[SIM1][SIM3] seed 1405: a world does not end before everybody is back", async () => {
    ada.cut(true, true);
    const { line } = ada.page;
    await until("the first attempt", () => ada.page.line !== line);
    ada.cut(true, true);
    world.room.wishes.push({ to: "one", sessionId: world.players[1]!.sessionId });
    assert.deepEqual([isIn(), ada.page.room!.pending.length], [false, 0]);
    assert.deepEqual(await world.finish(), []);
    assert.equal(ada.page.heard.length, 0);
  });

  it("[SIM1][SIM3] seed 4300: a world does not end before everybody has seen the state, over however slow a line", async () => {
    ada.weather.bytesPerMs = 0.01;
    for (let patch = 0; patch < 3; patch++) {
      world.room.wishes.push({ to: "one", sessionId: world.players[1]!.sessionId });
      await world.ticks();
    }
    assert.equal(ada.page.room!.state.mark, 0);
    assert.deepEqual(await world.finish(), []);
    assert.equal(ada.page.room!.state.mark, 3);
  });

  it("[CMD7][CMD8] behind a command that is being prepared, one that came is never said to have expired", async () => {
    ada.weather.delayMs = 0;
    ada.page.say("slow");
    ada.page.say("soon");
    await world.ticks();
    ada.cut(true, true);
    await until("the return", isIn);
    assert.deepEqual(await world.finish(), []);
    assert.deepEqual(
      ada.page.issued.map(({ ended }) => ended?.ok),
      [true, true],
    );
  });

  it("[CL7][CMD7] a page takes no command with a time-to-live along: it could run at any time", async () => {
    ada.page.say("soon");
    ada.page.say("must");
    ada.cut(false, false);
    ada.duplicate();
    assert.deepEqual(await world.finish(), []);
    assert.deepEqual(
      world.room.applied.map(({ key }) => key),
      ["p0.0.2"],
    );
  });

  it("[CL7] a page that is loaded again while the network is down keeps its seat for the next try", async () => {
    ada.weather.blackHole = true;
    ada.page.say("must");
    ada.reload(false);
    for (let attempt = 0; attempt < 3; attempt++) {
      await world.ticks(10);
      ada.cut(true, true);
    }
    assert.equal(ada.page.room, undefined);
    assert.deepEqual(await world.finish(), []);
    assert.deepEqual(
      world.room.applied.map(({ key }) => key),
      ["p0.0.1"],
    );
  });
});
