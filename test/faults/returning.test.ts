/**
 * Faults of the way back. The first half of each test shows what stock Colyseus does, so it fails on the day it no longer does;
 * the second half is ours in the same weather.
 */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { settle, until, within } from "../support/until.ts";
import { HandDriven } from "./hand-driven.ts";
import { hooks, isTold, onOurs, ran, say } from "./ours.ts";
import { calls, delivered, hushSdk, onStock, schedule, tells } from "./stock.ts";

const HERD = 20;
const ATTEMPTS_SEEN = 2;
/** The SDK's own choice, as its documentation has it. */
const MIN_UPTIME_MS = 5_000;
const HOUR_SECONDS = 3_600;
const OUTAGE_MS = 600_000;

describe("the way back after a fault", () => {
  hushSdk();

  it(`[CL3] ${HERD} players cut at once: stock's attempts come in lock-step, no two of ours in the same moment`, async () => {
    await onStock(async ({ proxy, join }) => {
      const herd = await Promise.all(Array.from({ length: HERD }, () => join()));
      const delaysMs = herd.map(({ room: { reconnection } }) => {
        const seen: number[] = [];
        const { backoff } = reconnection;
        reconnection.backoff = (attempt, delay) => {
          seen.push(backoff(attempt, delay));
          return seen.at(-1)!;
        };
        return seen;
      });
      proxy.refuse(true);
      proxy.cut("reset");
      await until("some attempts of each", () => delaysMs.every((seen) => seen.length >= ATTEMPTS_SEEN));
      const plans = new Set(delaysMs.map((seen) => seen.slice(0, ATTEMPTS_SEEN).join(" ")));
      assert.deepEqual([...plans], ["200 400"]);
    });
    await onOurs(async ({ proxy, join }) => {
      const driven = new HandDriven();
      const players = Array.from({ length: HERD }, () => driven.player());
      const herd = await Promise.all(players.map(({ options }) => join(options)));
      proxy.refuse(true);
      proxy.cut("reset");
      await Promise.all(herd.map((player) => isTold(player, "RECONNECTING LINK_LOST")));
      await driven.pass(() => players.every(({ attemptsMs }) => attemptsMs.length > ATTEMPTS_SEEN));
      for (let attempt = 1; attempt <= ATTEMPTS_SEEN; attempt++) {
        const moments = new Set(players.map(({ attemptsMs }) => attemptsMs[attempt]));
        assert.equal(moments.size, HERD, `attempt ${attempt}`);
      }
    });
  });

  it("[SE1] 10 minutes without a network, in a seat held for an hour: stock gives up after 56 s, ours comes back", async () => {
    await onStock(async ({ proxy, join }) => {
      const ada = await join();
      ada.inside.holdSeconds = HOUR_SECONDS;
      const delaysMs = schedule(ada.room);
      const wholeMs = delaysMs.reduce((sum, delayMs) => sum + delayMs, 0);
      assert.equal(wholeMs, 56_200);
      ada.room.reconnection.minDelay = 0;
      ada.room.reconnection.maxDelay = 2;
      proxy.refuse(true);
      proxy.cut("reset");
      await tells(ada, "end 4003");
      assert.equal(proxy.stats.refused, delaysMs.length);
      assert.deepEqual(ada.inside.calls, ["join", "drop"], "the seat is still held");
    });
    await onOurs(
      async ({ proxy, join }) => {
        const driven = new HandDriven();
        const { options, attemptsMs } = driven.player();
        const ada = await join(options);
        const { sessionId } = ada.room;
        proxy.refuse(true);
        proxy.cut("reset");
        await isTold(ada, "RECONNECTING LINK_LOST");
        const answered = say(ada, [7]);
        const endMs = driven.clock.now() + OUTAGE_MS;
        await driven.pass(() => driven.clock.now() >= endMs);
        assert.equal(ada.room.connection.state, "RECONNECTING");
        proxy.refuse(false);
        const tried = attemptsMs.length;
        await driven.pass(() => attemptsMs.length > tried);
        await within("the answer", answered);
        assert.equal(ada.told.at(-1), "CONNECTED RESUMED");
        assert.equal(ada.room.sessionId, sessionId);
        assert.deepEqual([hooks(ada), ran(ada)], [["join", "drop", "reconnect"], [7]]);
      },
      { seatHoldSeconds: HOUR_SECONDS },
    );
  });

  it("[SE1] a drop in the first seconds: stock ends for good, ours comes back", async () => {
    await onStock(async ({ proxy, join }) => {
      const ada = await join(MIN_UPTIME_MS);
      const { accepted } = proxy.stats;
      proxy.cut("reset");
      await tells(ada, "end 1006");
      await calls(ada, "drop");
      assert.deepEqual(ada.inside.calls, ["join", "drop"], "the seat is held, for nobody");
      assert.equal(proxy.stats.accepted, accepted);
    });
    await onOurs(async ({ proxy, join }) => {
      const ada = await join();
      proxy.cut("reset");
      await isTold(ada, "CONNECTED RESUMED");
      await within("the answer", say(ada, [7]));
      assert.deepEqual(ada.told, ["RECONNECTING LINK_LOST", "CONNECTED RESUMED"]);
      assert.deepEqual([hooks(ada), ran(ada)], [["join", "drop", "reconnect"], [7]]);
    });
  });

  it("[CL1] leave() while the connection is down: stock is in again, ours has left and the seat is free", async () => {
    await onStock(async ({ proxy, join }) => {
      const ada = await join();
      proxy.cut("reset");
      await tells(ada, "drop 1006");
      let left = false;
      void ada.room.leave().then(() => (left = true));
      await tells(ada, "back");
      await delivered(ada);
      await settle();
      assert.equal(left, false);
      assert.deepEqual(ada.inside.calls, ["join", "drop", "reconnect"]);
      assert.equal(ada.inside.clients.length, 1);
    });
    await onOurs(
      async ({ proxy, join }) => {
        const ada = await join();
        proxy.cut("reset");
        await isTold(ada, "RECONNECTING LINK_LOST");
        const waiting = assert.rejects(say(ada, [7]), { name: "LEFT" });
        await within("the end", ada.room.leave());
        await waiting;
        assert.deepEqual(ada.told, ["RECONNECTING LINK_LOST", "DISCONNECTED CONSENTED"]);
        await until("the seat to be free", () => hooks(ada).includes("leave"));
        assert.deepEqual([ada.inside.clients.length, ada.inside.state.players.size, ran(ada)], [0, 0, []]);
      },
      { seatHoldSeconds: HOUR_SECONDS },
    );
  });
});
