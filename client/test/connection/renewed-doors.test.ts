/** The list of doors, told anew while a seat is held. */
import assert from "node:assert/strict";
import { Doors } from "../../src/connection/doors.ts";

const doors = (given: readonly string[]) => new Doors({ home: "home:1", first: "a:1", given, random: () => 0.99 });
const order = (list: Doors) => {
  const seen = [list.current];
  while (list.next()) seen.push(list.current);
  return seen;
};

describe("doors that are told anew", () => {
  it("[MOV5] the current one and the server itself stay, what is not named any more goes, what is new comes last", () => {
    const list = doors(["b:1", "c:1"]);
    list.renew(["c:1", ":5", "nonsense"]);
    assert.equal(list.current, "a:1");
    assert.deepEqual(new Set(order(list)), new Set(["a:1", "home:1", "c:1", "home:5"]));
  });

  it("[MOV5] an empty list leaves the way that works", () => {
    const list = doors(["b:1"]);
    list.renew([]);
    assert.deepEqual(order(list), ["a:1", "home:1"]);
  });
});
