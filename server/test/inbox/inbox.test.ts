/** What waits for a tick: its order, its bounds, its end. */
import assert from "node:assert/strict";
import { LIMITS } from "@ninelives/shared-schema";
import { Inbox } from "../../src/inbox/inbox.ts";

describe("inbox", () => {
  it("[TK4] runs what arrived before the tick, in order, lifecycle and commands together; what comes meanwhile waits", async () => {
    const inbox = new Inbox();
    const log: string[] = [];
    const joined = inbox.atTickEdge(() => {
      log.push("join");
      void inbox.atTickEdge(() => log.push("later"));
    });
    inbox.command("a", () => log.push("command"));
    const left = inbox.atTickEdge(() => log.push("leave"));
    assert.deepEqual(log, []);
    inbox.run();
    assert.deepEqual(log, ["join", "command", "leave"]);
    await Promise.all([joined, left]);
    inbox.run();
    assert.deepEqual(log.at(-1), "later");
  });

  it("[CMD3] says when a session has its share of commands, and takes lifecycle beyond it", async () => {
    const inbox = new Inbox();
    for (let count = 0; count < LIMITS.inboxItemsPerSession; count++) {
      assert.equal(inbox.isFullFor("a"), false);
      inbox.command("a", () => {});
    }
    assert.equal(inbox.isFullFor("a"), true);
    assert.equal(inbox.isFullFor("b"), false);
    const joined = inbox.atTickEdge(() => "in");
    inbox.run();
    assert.equal(await joined, "in");
    assert.equal(inbox.isFullFor("a"), false);
  });

  it("[OWN2] abandoned: nothing runs, what waited or what comes, and nobody waits for it", async () => {
    const inbox = new Inbox();
    const ran: string[] = [];
    const dropped = inbox.atTickEdge(() => ran.push("drop"));
    inbox.command("a", () => ran.push("command"));
    inbox.abandon();
    const left = inbox.atTickEdge(() => ran.push("leave"));
    inbox.command("a", () => ran.push("command"));
    inbox.run();
    assert.deepEqual(await Promise.all([dropped, left]), [undefined, undefined]);
    assert.deepEqual(ran, []);
  });

  it("[TK7] an item that throws rejects its own promise; the others run", async () => {
    const inbox = new Inbox();
    const broken = assert.rejects(
      inbox.atTickEdge(() => {
        throw new Error("broken");
      }),
      /broken/,
    );
    const whole = inbox.atTickEdge(() => "whole");
    inbox.run();
    await broken;
    assert.equal(await whole, "whole");
  });

  it("[TK7] a command that throws keeps no other one from running, and nobody's fault is silent", async () => {
    const inbox = new Inbox();
    const ran: string[] = [];
    const others = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    const unhandled = new Promise<unknown>((resolve) => process.once("unhandledRejection", resolve));
    inbox.command("a", () => {
      throw new Error("broken");
    });
    inbox.command("b", () => ran.push("b"));
    inbox.run();
    assert.deepEqual(ran, ["b"]);
    assert.match(String(await unhandled), /broken/);
    for (const other of others) process.on("unhandledRejection", other);
  });

  it("once closed it runs what waits, and what comes as it comes", async () => {
    const inbox = new Inbox();
    const waited = inbox.atTickEdge(() => "waited");
    inbox.close();
    assert.equal(await waited, "waited");
    const ran: string[] = [];
    inbox.command("a", () => ran.push("at once"));
    assert.deepEqual(ran, ["at once"]);
  });
});
