/** What a storm once found, told step by step: dice change, what they found stays. */
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "mocha";
import { LIMITS } from "@ninelives/shared-schema";
import { SimClock } from "../support/sim/sim-clock.ts";
import { forgottenOwner } from "./forgotten-owner.ts";
import { ProcessClock } from "./process-clock.ts";
import { World } from "./world.ts";

/** Longer than any test. */
const LONG_MS = 20_000;

describe("in a storm that found a fault", function () {
  this.timeout(30_000);
  let world: World;
  beforeEach(async () => {
    world = new World(1, { places: 3, rooms: 1 });
    await world.open();
  });

  const until = (what: string, isSo: () => boolean) => world.until(what, isSo);
  const owner = () => world.placeOf("red");
  const hasRoom = () => !world.isSparing;
  const ada = () => world.players[0]!;
  const told = (count: number) => ada().told.length === count;
  const finish = async () => assert.deepEqual((await world.finish()).faults, []);

  it("[SIM3][OWN10] seed 2601: a store that was emptied and written anew goes back no further, while its owner is dead", async () => {
    await world.havoc.empty();
    await until("the owner to write the room anew", hasRoom);
    world.havoc.crash(owner(), 3_000);
    assert.ok(await world.havoc.takeDown(500, 1_000));
    assert.ok(hasRoom(), "a room that is nowhere ends, and rightly");
    await finish();
  });

  it("[SIM3][MOV14] seed 3043: a store that forgot and was then away knows no room at first; no player is told that it is gone", async () => {
    const here = owner();
    await world.havoc.empty();
    world.havoc.pause(here, 1_000);
    await world.clock.advance(300);
    await world.havoc.takeDown(2 * LIMITS.leaseMs + 300, 0);
    for (const player of world.players) player.say();
    await world.clock.advance(2 * LIMITS.leaseMs + 1_000);
    await finish();
  });

  it("[SIM3][OWN16] seed 1601: an owner that nobody can tell what the store says plays on, and is not blamed for it", async () => {
    const first = owner();
    world.havoc.cut(first, false, LONG_MS);
    world.havoc.separate(first, 4_000);
    const claims = () => world.store.history.filter(({ kind }) => kind === "claimed").length;
    await until("another process to take the room", () => claims() === 2);
    const second = world.store.history.findLast((event) => event.kind === "claimed")!;
    const heir = world.places.findIndex((host) => host?.processId === second.owner);
    world.havoc.crash(heir, LONG_MS);
    await world.havoc.takeDown(6_000, 0);
    await world.clock.advance(5_000);
    assert.equal(owner(), first);
    await finish();
  });

  it("[SIM3][OWN18] a room whose later owner is dead, and forgotten by the store, begins anew for the players who saw it", async () => {
    world = await forgottenOwner();
    await finish();
    const [first, second, third] = [...new Set(ada().epochs)] as [number, number, number];
    assert.ok(first < second && second < third, ada().epochs.join(" "));
  });

  it("[SIM3] seed 5350: a process that goes on hears what waited before what comes in that moment", async () => {
    const clock = new SimClock();
    const process = new ProcessClock(clock);
    const heard: string[] = [];
    process.pause();
    process.after(5, () => heard.push("waited"));
    clock.after(10, () => process.goOn());
    process.after(10, () => heard.push("came"));
    await clock.advance(10);
    assert.deepEqual(heard, ["waited", "came"]);
  });

  it("[SIM3][CMD5] seed 5328: what a store lost before it was away for long is not lost when it goes back again", async () => {
    ada().say();
    await until("the first answer", () => told(1));
    await world.havoc.takeDown(LIMITS.redoMs + 1_000, 200);
    await world.clock.advance(LIMITS.redoMs);
    ada().say();
    const backAtMs = world.now + 1_000;
    await until("the second answer", () => told(2));
    ada().say();
    await until("the third answer", () => told(3));
    world.havoc.crash(owner(), 3_000);
    await world.havoc.goBack(backAtMs);
    await finish();
  });
});
