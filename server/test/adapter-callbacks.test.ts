/** The contract with Colyseus about what a room gives it to be called with: the pieces of `server/src/adapter/callbacks.ts`. */
import assert from "node:assert/strict";
import { Room } from "@colyseus/core";
import { Client } from "@colyseus/sdk";
import { type Callback, isRequest, wrapPresence, wrapTimers } from "../src/adapter.ts";
import { startStock, type StockHost } from "../../test/support/stock-host.ts";
import { until } from "../../test/support/until.ts";

describe("adapter: what Colyseus does not promise of callbacks", () => {
  const calls: string[] = [];
  const wrap = (what: string) => (callback: Callback) => {
    return (...args: never[]) => {
      calls.push(what);
      return callback(...args);
    };
  };
  const contexts = new Map<string, unknown>();

  class Plain extends Room {
    readonly heard: string[] = [];
    readonly hear = (text: string): void => void this.heard.push(text);
    override async onCreate(): Promise<void> {
      this.onMessage("ask", (_client, _payload, context) => {
        contexts.set("ask", context);
        throw new Error("no answer");
      });
      this.onMessage("say", (_client, _payload, context) => void contexts.set("say", context));
      this.onMessage("*", (_client, _type, payload: unknown) => void contexts.set("*", payload));
      await this.presence.subscribe("news", this.hear);
    }
    override onUncaughtException(error: Error): void {
      throw error.cause as Error;
    }
  }
  class Wrapped extends Plain {
    constructor() {
      super();
      wrapTimers(this, wrap("timer"));
      wrapPresence(this, wrap("presence"));
    }
  }
  class Loud extends Plain {
    override readonly hear = (): void => {
      throw new Error("a listener that throws");
    };
  }

  let host: StockHost;
  before(async () => {
    host = await startStock({ plain: Plain, wrapped: Wrapped, loud: Loud });
  });
  after(() => host.stop());
  beforeEach(() => calls.splice(0));

  async function enter(type: string) {
    const player = await new Client(host.url).create(type);
    return { player, room: host.room(player.roomId) as Plain };
  }

  it("wrapTimers: handlers of timers and intervals are called through it", async () => {
    const { player, room } = await enter("wrapped");
    let fired = 0;
    room.clock.setTimeout(() => fired++, 1);
    const interval = room.clock.setInterval(() => fired++, 1);
    await until("both", () => fired >= 3);
    interval.clear();
    assert.ok(calls.length >= 3 && calls.every((what) => what === "timer"));
    await player.leave();
  });

  it("wrapPresence: a listener is called through it, in the turn of who publishes, until it is unsubscribed", async () => {
    const { player, room } = await enter("wrapped");
    const { room: other } = await enter("plain");
    void other.presence.publish("news", "one");
    assert.deepEqual([room.heard, calls], [["one"], ["presence"]]);
    room.presence.unsubscribe("news", room.hear);
    void other.presence.publish("news", "two");
    assert.deepEqual([room.heard, other.heard, calls.length], [["one"], ["one", "two"], 1]);
    await player.leave();
  });

  it("wrapPresence: without it a listener that throws does so to who publishes", async () => {
    const { room } = await enter("plain");
    await enter("loud");
    assert.throws(() => void room.presence.publish("news", "three"), /a listener that throws/);
  });

  it("isRequest: a handler's last argument says whether somebody waits; what onUncaughtException throws is the answer", async () => {
    const { player } = await enter("plain");
    await assert.rejects(player.request("ask" as never), /no answer/);
    player.send("say");
    player.send("anything", { id: 5, reject: "yes" });
    await until("all of them", () => contexts.size === 3);
    assert.deepEqual(
      ["ask", "say", "*"].map((type) => isRequest(contexts.get(type))),
      [true, false, false],
    );
    await player.leave();
  });
});
