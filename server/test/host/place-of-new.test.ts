/** Which process a new room is given to, when many are given away before anybody has said how many it has. */
import assert from "node:assert/strict";
import { PlaceOfNew } from "../../src/host/place-of-new.ts";
import { TurnedAway } from "../../src/matchmaking/newcomers.ts";
import type { Maker } from "../../src/ownership/placement.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";

describe("the place of a new room", () => {
  const clock = new ManualClock();
  let makers: Maker[] = [];
  let refused = 0;
  const place = new PlaceOfNew({
    clock,
    random: () => 0,
    makersOf: () => makers,
    standing: () => ({}),
    newcomers: { turnedAway: (why) => new TurnedAway(why) },
    onRefused: () => refused++,
  });
  const maker = (processId: string, rooms = 0): Maker => ({ processId, rooms, load: 0 });
  const given = async (count: number) => {
    const chosen: string[] = [];
    for (let at = 0; at < count; at++) chosen.push(await place.choose("lab"));
    return chosen;
  };

  it("[MM10] many at once are spread: what was given counts until it was said", async () => {
    makers = [maker("a"), maker("b"), maker("c", 2)];
    assert.deepEqual(await given(7), ["a", "b", "a", "b", "a", "b", "c"]);
    clock.advance(1_001);
    makers = [maker("a", 3), maker("b", 3), maker("c", 3)];
    assert.deepEqual(await given(3), ["a", "b", "c"]);
  });

  it("[MM10] where nobody has anything to spare it is BUSY, with when to come again", async () => {
    makers = [];
    await assert.rejects(place.choose("lab"), (error: { name: string; details: { retryAfterMs: number } }) => {
      assert.equal(error.name, "BUSY");
      return error.details.retryAfterMs > 0;
    });
    assert.equal(refused, 1);
  });

  it("[DG8] who has given up less is chosen before who has given up more, whatever else they have", async () => {
    makers = [maker("a", 90), { ...maker("b"), rung: 2 }, { ...maker("c"), rung: 1, load: 0 }];
    assert.deepEqual(await given(3), ["a", "a", "a"]);
    makers = makers.slice(1);
    assert.deepEqual(await given(2), ["c", "c"]);
  });

  it("[DG8] where nobody takes newcomers a room is made for a match, and for no newcomer", async () => {
    makers = [{ ...maker("d"), rung: 5, closed: true }];
    await assert.rejects(place.choose("lab"), TurnedAway);
    assert.equal(await place.choose("lab", undefined, "match"), "d");
    makers = [...makers, { ...maker("e"), rung: 4 }];
    assert.equal(await place.choose("lab"), "e");
  });
});
