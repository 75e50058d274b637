/**
 * A world in which the store forgot the last owner of a room, whom the players saw: the one before it was stopped meanwhile, wakes up
 * and is told by the store that the room is its own. The dice make that once in thousands of worlds.
 */
import { World } from "./world.ts";

/** Longer than any test. */
const LONG_MS = 20_000;

export async function forgottenOwner(): Promise<World> {
  const world = new World(1, { places: 2, rooms: 1 });
  await world.open();
  const first = world.placeOf("red");
  const [ada] = world.players;
  world.havoc.pause(first, LONG_MS);
  ada!.say();
  await world.until("the next owner to be seen", () => new Set(ada!.epochs).size === 2);
  const taken = world.store.history.findLast(({ kind }) => kind === "claimed")!;
  await world.havoc.goBack(taken.atMs - 1);
  world.havoc.crash(1 - first, LONG_MS);
  world.places[first]!.clock.goOn();
  return world;
}
