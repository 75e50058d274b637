/**
 * The README's client through a tunnel: a process of its own, a real host with both games, and a network that breaks in the very
 * moment in which each command runs, before its answer is on its way.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { defineHost } from "@ninelives/server";
import { after, before, describe, it } from "mocha";
import { ArenaRoom } from "../../games/arena/arena.room.ts";
import { Arena } from "../../games/arena/arena.type.ts";
import { CardsRoom } from "../../games/cards/cards.room.ts";
import { Cards } from "../../games/cards/cards.type.ts";
import { systemClock } from "../../loadtest/src/clock.ts";
import { type Proxy, startProxy } from "../../loadtest/src/impair/proxy.ts";
import { ROOT } from "../support/main-process.ts";
import { startTestHost, type TestHost } from "../support/test-host.ts";
import { within } from "../support/until.ts";

describe("the README's client in flight mode", () => {
  const ran: string[] = [];
  let proxy: Proxy;
  let host: TestHost;

  const breakNetwork = (during: string) => {
    ran.push(during);
    proxy.cut("reset");
  };

  class TunnelCards extends CardsRoom {
    override readonly emit: CardsRoom["emit"] = (name, payload, to) => {
      const isOurs = name === "drew" && !(payload as { by: string }).by.startsWith("bot-");
      if (isOurs) breakNetwork("draw");
      super.emit(name, payload, to);
    };
  }

  class TunnelArena extends ArenaRoom {
    override authorizeTopic(_client?: unknown, _topic?: string, access?: string): boolean {
      if (access === "write") breakNetwork("publish");
      return super.authorizeTopic();
    }
  }

  before(async () => {
    const rooms = { arena: { type: Arena, room: TunnelArena }, cards: { type: Cards, room: TunnelCards } };
    host = await startTestHost(defineHost({ rooms, store: { kind: "memory" } }));
    const to = { host: "127.0.0.1", port: host.port };
    proxy = await startProxy({ to, clock: systemClock, random: Math.random });
  });
  after(async () => {
    await proxy.stop();
    await host.stop();
  });

  it("[CMD5] [TP1] draws one card and says one line, although the network breaks while each of them runs", async () => {
    const child = spawn(process.execPath, ["docs/examples/flight-mode.ts", proxy.url], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let told = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (told += text));
    assert.deepEqual(await within("the client's end", once(child, "exit"), 20_000), [0, null]);
    assert.deepEqual(ran, ["draw", "publish"]);
    const changes = told.split("\n").filter((line) => line.includes("CONNECT"));
    assert.deepEqual(changes.slice(0, 4), [
      "RECONNECTING LINK_LOST",
      "CONNECTED RESUMED",
      "RECONNECTING LINK_LOST",
      "CONNECTED RESUMED",
    ]);
  }).timeout(30_000);
});
