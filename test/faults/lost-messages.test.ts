/**
 * Faults that cost messages. The first half of each test shows what stock Colyseus loses, so it fails on the day it no longer
 * does; the second half is ours in the same weather.
 */
import assert from "node:assert/strict";
import type { Client } from "@colyseus/core";
import type { ClientSocket, OpenSocket } from "@ninelives/client";
import { describe, it } from "mocha";
import { LabRoom } from "../support/lab.ts";
import { until, within } from "../support/until.ts";
import { isTold, onOurs, ran, say } from "./ours.ts";
import { numbers } from "./proxied.ts";
import { calls, delivered, hushSdk, onStock, type StockPlayer, tells } from "./stock.ts";

/** What the SDK keeps while its connection is down, as its documentation has it. */
const SDK_KEEPS = 10;
const OFFLINE = 200;
const EARLY = 24;
const LAST_WORDS = 30;
const IN_HOLE = 20;
const PING_MS = 100;

/** A room that needs something slow before it can go on with a player who is back. */
class BusyRoom extends LabRoom {
  ready: Promise<void> = Promise.resolve();
  wentOn = false;

  // oxlint-disable-next-line typescript/no-misused-promises -- a game's hook may be async, the lab's is not
  override async onReconnect(client: Client): Promise<void> {
    super.onReconnect(client);
    await this.ready;
    this.wentOn = true;
  }
}

describe("what a fault costs in messages", () => {
  hushSdk();

  it(`[CMD5] ${OFFLINE} commands over a cut: stock loses ${OFFLINE - SDK_KEEPS} of ${OFFLINE}, ours none`, async () => {
    const said = numbers(1, OFFLINE);
    await onStock(async ({ proxy, join }) => {
      const ada = await join();
      proxy.cut("reset");
      await tells(ada, "drop 1006");
      for (const number of said) ada.room.send("say", number);
      await tells(ada, "back");
      await delivered(ada);
      assert.deepEqual(ada.inside.got, said.slice(-SDK_KEEPS));
      assert.deepEqual(ada.told, ["drop 1006", "back"], "and no word of the others");
    });
    await onOurs(async ({ proxy, join }) => {
      const ada = await join();
      proxy.cut("reset");
      await isTold(ada, "RECONNECTING LINK_LOST");
      await within("every answer", say(ada, said));
      assert.deepEqual(ran(ada), said);
      assert.deepEqual(ada.told, ["RECONNECTING LINK_LOST", "CONNECTED RESUMED"]);
    });
  });

  it(`[CMD5] ${EARLY} commands while the room is busy with the return: stock loses ${EARLY} of ${EARLY}, ours none`, async () => {
    const said = numbers(1, EARLY);
    await onStock(async ({ proxy, join }) => {
      const ada = await join();
      const ready = Promise.withResolvers<void>();
      ada.inside.ready = ready.promise;
      proxy.cut("reset");
      await calls(ada, "reconnect");
      await until("the socket to be open", () => ada.room.connection.isOpen);
      for (const number of said) ada.room.send("say", number);
      await until("all of them to be at the server", () => ada.inside.early === EARLY);
      ready.resolve();
      await tells(ada, "back");
      await delivered(ada);
      assert.deepEqual(ada.inside.got, []);
    });
    await onOurs(
      async ({ proxy, join }) => {
        let opened = (): void => {};
        const openSocket: OpenSocket = (url, subprotocols) => {
          const socket = new WebSocket(url, [...subprotocols]);
          socket.addEventListener("open", () => opened());
          return socket as ClientSocket;
        };
        const ada = await join({ openSocket });
        const inside = ada.inside as BusyRoom;
        const ready = Promise.withResolvers<void>();
        inside.ready = ready.promise;
        const answered = new Promise<unknown>((resolve) => {
          opened = () => resolve(say(ada, said));
        });
        proxy.cut("reset");
        await within("every answer", answered);
        assert.equal(inside.wentOn, false);
        ready.resolve();
        assert.deepEqual(ran(ada), said);
      },
      { roomClass: BusyRoom },
    );
  });

  it(`[CMD5] ${LAST_WORDS} commands said just before a cut: stock loses ${LAST_WORDS} of ${LAST_WORDS} and tells nobody, ours none`, async () => {
    const said = numbers(1, LAST_WORDS);
    await onStock(async ({ proxy, join }) => {
      const ada = await join();
      for (const number of said) ada.room.send("say", number);
      proxy.cut("reset");
      await tells(ada, "back");
      await delivered(ada);
      assert.deepEqual(ada.inside.got, []);
      assert.deepEqual(ada.told, ["drop 1006", "back"]);
    });
    await onOurs(async ({ proxy, join }) => {
      const ada = await join();
      const answered = say(ada, said);
      proxy.cut("reset");
      await within("every answer", answered);
      assert.deepEqual(ran(ada), said);
      assert.deepEqual(ada.told, ["RECONNECTING LINK_LOST", "CONNECTED RESUMED"]);
    });
  });

  it(`[CL4] ${IN_HOLE} commands into a black hole: stock loses ${IN_HOLE} of ${IN_HOLE} and notices when it ends, ours loses none and notices while it lasts`, async () => {
    const [before, after] = [numbers(1, IN_HOLE / 2), numbers(IN_HOLE / 2 + 1, IN_HOLE)];
    await onStock(
      async ({ proxy, join }) => {
        const ada = await join();
        proxy.blackHole(true);
        for (const number of before) ada.room.send("say", number);
        await calls(ada, "drop");
        for (const number of after) ada.room.send("say", number);
        assertInTheDark(ada);
        proxy.blackHole(false);
        await tells(ada, "back");
        await delivered(ada);
        assert.deepEqual(ada.inside.got, []);
      },
      { pingEveryMs: PING_MS },
    );
    await onOurs(async ({ proxy, join }) => {
      const ada = await join();
      proxy.blackHole(true);
      const answered = [say(ada, before)];
      await isTold(ada, "RECONNECTING LINK_DEAD");
      answered.push(say(ada, after));
      proxy.blackHole(false);
      await within("every answer", Promise.all(answered));
      assert.deepEqual(ran(ada), [...before, ...after]);
      assert.deepEqual(ada.told, ["RECONNECTING LINK_DEAD", "CONNECTED RESUMED"]);
    });
  });

  it("[CMD5] two messages of bytes while offline: stock makes the first the second and loses both, ours arrive as they were", async () => {
    await onStock(async ({ proxy, join }) => {
      const ada = await join();
      proxy.cut("reset");
      await tells(ada, "drop 1006");
      ada.room.sendBytes("blob", Uint8Array.of(1, 1, 1));
      ada.room.sendBytes("blob", Uint8Array.of(2, 2, 2));
      const [first, second] = ada.room.reconnection.enqueuedMessages;
      assert.deepEqual(first, second);
      await tells(ada, "back");
      await delivered(ada);
      assert.deepEqual(ada.inside.blobs, []);
    });
    await onOurs(async ({ proxy, join }) => {
      const ada = await join();
      const heard: string[] = [];
      ada.room.on("said", ({ text }) => heard.push(text));
      proxy.cut("reset");
      await isTold(ada, "RECONNECTING LINK_LOST");
      const answered = ["111", "222"].map((text) => ada.room.command("say", { text }));
      await within("both answers", Promise.all(answered));
      await until("both events", () => heard.length === 2);
      assert.deepEqual(heard, ["111", "222"]);
    });
  });
});

/** The server has given the connection up, and the SDK's app still takes it for good. */
function assertInTheDark({ room, told }: StockPlayer): void {
  assert.deepEqual(told, []);
  assert.ok(room.connection.isOpen);
}
