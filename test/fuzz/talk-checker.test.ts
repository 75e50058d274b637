/** The checker of what was said and heard in a topic, with histories written by hand. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { faultsOfTalk, type TalkHistory } from "../support/sim/talk.ts";

function page(more: Partial<TalkHistory> = {}): TalkHistory {
  return { end: "lives", heard: [], gaps: 0, said: [], taken: new Set(), refusal: undefined, ...more };
}

const heard = (...keys: string[]) => keys.map((key, place) => ({ key, offset: place + 1 }));
const said = (key: string, ended: number | string | undefined) => ({ key, ended });

describe("the checker of talk", () => {
  it("[SIM2] says nothing where everybody heard everything once, and of pages that are gone", () => {
    const gone = page({ end: "gone", heard: heard("a"), said: [said("c", undefined)] });
    const replaced = page({ end: "replaced", said: [said("x", "COMMAND_UNANSWERED")] });
    const lives = page({ heard: heard("a", "b"), said: [said("b", 2)], taken: new Set(["b"]) });
    assert.deepEqual(faultsOfTalk([gone, replaced, lives]), []);
  });

  it("[SIM2] finds what was said twice, under two numbers or two under one", () => {
    assert.deepEqual(faultsOfTalk([page({ heard: heard("a", "a") })]), ["a was said twice"]);
    const two = [page({ heard: heard("a") }), page({ heard: heard("b") })];
    assert.deepEqual(faultsOfTalk(two), ["message 1 is a and b"]);
    assert.deepEqual(faultsOfTalk([page({ heard: heard("a", "b"), said: [said("a", 2)] })]).length, 2);
  });

  it("[SIM2] finds what was missed, heard twice or out of order, and a gap", () => {
    const [a, b] = heard("a", "b");
    const whole = page({ heard: [a!, b!] });
    for (const wrong of [[b!], [a!], [b!, a!], [a!, a!, b!]]) {
      assert.notDeepEqual(faultsOfTalk([whole, page({ heard: wrong })]), [], JSON.stringify(wrong));
    }
    assert.equal(faultsOfTalk([page({ gaps: 1 })]).length, 1);
  });

  it("[SIM2] finds what was never answered, refused, lost with its page, and a page that hears nothing", () => {
    for (const wrong of [
      { said: [said("a", undefined)] },
      { said: [said("a", "TOPIC_REFUSED")] },
      { said: [said("a", "COMMAND_UNANSWERED")] },
      { taken: new Set(["a"]) },
      { refusal: "TOPIC_UNKNOWN" },
    ]) {
      assert.equal(faultsOfTalk([page(wrong)]).length, 1, JSON.stringify(wrong));
    }
  });
});
