/** What a browser says of its network, and what it must not be taken for. */
import assert from "node:assert/strict";
import { BrowserHints, type HintEvent } from "../../src/connection/hints.ts";
import { FakePage } from "./fake-page.ts";

function listen(page?: FakePage) {
  const heard: string[] = [];
  const hooks = { offline: () => heard.push("offline"), tryNow: () => heard.push("try now") };
  return { heard, hints: new BrowserHints(hooks, page) };
}

describe("browser hints", () => {
  it("[CL5] offline and online are passed on", () => {
    const page = new FakePage();
    const { heard } = listen(page);
    page.tell("offline");
    page.tell("online");
    assert.deepEqual(heard, ["offline", "try now"]);
  });

  it("[CL5] a page that becomes visible is a reason to try; one that is hidden is none", () => {
    const page = new FakePage();
    const { heard } = listen(page);
    page.show("hidden");
    assert.deepEqual(heard, []);
    page.show("visible");
    assert.deepEqual(heard, ["try now"]);
  });

  it("[CL5] a page out of the back-forward cache is a reason to try; a first load is none", () => {
    const page = new FakePage();
    const { heard } = listen(page);
    page.tell("pageshow", { persisted: false });
    page.tell("pageshow");
    assert.deepEqual(heard, []);
    page.tell("pageshow", { persisted: true });
    assert.deepEqual(heard, ["try now"]);
  });

  it("[CL5] stopped it takes every listener back, and may be stopped again", () => {
    const page = new FakePage();
    const { heard, hints } = listen(page);
    assert.equal(page.listeners, 4);
    hints.stop();
    hints.stop();
    assert.equal(page.listeners, 0);
    page.tell("offline");
    page.show("visible");
    assert.deepEqual(heard, []);
  });

  it("[CL5] a worker has no document: the network's events are enough", () => {
    const heard: string[] = [];
    const worker = new EventTarget();
    const source = {
      addEventListener: (type: string, listener: (event: HintEvent) => void) =>
        worker.addEventListener(type, listener as EventListener),
      removeEventListener: (type: string, listener: (event: HintEvent) => void) =>
        worker.removeEventListener(type, listener as EventListener),
    };
    const hints = new BrowserHints(
      { offline: () => heard.push("offline"), tryNow: () => heard.push("try now") },
      source,
    );
    worker.dispatchEvent(new Event("online"));
    worker.dispatchEvent(new Event("offline"));
    hints.stop();
    worker.dispatchEvent(new Event("online"));
    assert.deepEqual(heard, ["try now", "offline"]);
  });

  it("[CL5] where there are no events there is nothing to hear, and nothing to stop", () => {
    const { heard, hints } = listen();
    hints.stop();
    assert.deepEqual(heard, []);
  });
});
