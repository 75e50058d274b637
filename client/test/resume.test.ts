/** A page that is loaded again: what it finds of the page before, and what it leaves to the next when it does not get far. */
import assert from "node:assert/strict";
import { connect, memorySeatStorage, openWebSocket, type Room, type SeatStorage } from "@ninelives/client";
import { defineHost } from "@ninelives/server";
import { Lab, LabRoom } from "../../test/support/lab.ts";
import { freePort } from "../../test/support/redis.ts";
import { vanish } from "../../test/support/stepped.ts";
import { startTestHost, type TestHost } from "../../test/support/test-host.ts";
import { until, within } from "../../test/support/until.ts";

describe("a page that was loaded again", () => {
  let host: TestHost;
  let keeper: Room<typeof Lab>;
  let storage: SeatStorage;
  before(async () => {
    host = await startTestHost(defineHost({ rooms: { lab: { type: Lab, room: LabRoom } }, store: { kind: "memory" } }));
    keeper = await connect(host.url).create(Lab, { name: "Keeper" });
  });
  after(() => host.stop());
  beforeEach(() => (storage = memorySeatStorage()));

  /** A page that joins and goes, and leaves its seat in the storage. */
  async function pageBefore(url = host.url, options: Parameters<typeof connect>[1] = {}): Promise<Room<typeof Lab>> {
    const ada = await connect(url, { ...options, storage: () => storage }).joinById(Lab, keeper.roomId, {
      name: "Ada",
    });
    await within("an answer", ada.command("add", { by: 1 }));
    const kept = storage.load()!;
    vanish(ada);
    storage.save(kept);
    return ada;
  }

  it("[CL7] keeps its seat for the next try when it finds no server", async () => {
    const { sessionId } = await pageBefore();
    const nowhere = `ws://localhost:${await freePort()}/p/r`;
    const offline = connect(host.url, { storage: () => storage, openSocket: () => openWebSocket(nowhere, []) });
    await assert.rejects(offline.resume(Lab), { name: "UNREACHABLE" });
    const ada = await connect(host.url, { storage: () => storage }).resume(Lab);
    assert.equal(ada?.sessionId, sessionId);
    await ada.leave();
  });

  it("[CL7] finds its seat on a server at the default port", async () => {
    const opened: string[] = [];
    const options = {
      fetch: ((url: string, init: RequestInit) => fetch(url.replace("http://play.example", host.url), init)) as never,
      openSocket: (url: string, subprotocols: readonly string[]) => {
        opened.push(new URL(url).host);
        return openWebSocket(url.replace("ws://play.example", host.url.replace("http", "ws")), subprotocols);
      },
    };
    const { sessionId } = await pageBefore("http://play.example", options);
    const ada = await connect("http://play.example", { ...options, storage: () => storage }).resume(Lab);
    assert.equal(ada?.sessionId, sessionId);
    assert.deepEqual(opened, ["play.example", "play.example"]);
    await ada.leave();
  });

  it("[CL7][EV4] leaves events to the page after it that came before the app could listen", async () => {
    await pageBefore();
    const keptSeq = () => (JSON.parse(storage.load()!) as { eventSeq: number }).eventSeq;
    const before = keptSeq();
    host.inside<LabRoom>(keeper.roomId).emit("said", { text: "meanwhile", count: 0 });
    await keeper.command("add", { by: 1 });
    const ada = await connect(host.url, { storage: () => storage }).resume(Lab);
    assert.equal(keptSeq(), before, "nothing was told yet");
    const heard: string[] = [];
    ada!.on("said", ({ text }) => heard.push(text));
    await until("the event", () => heard.length === 1);
    await until("its number in the storage", () => keptSeq() === before + 1);
    await ada!.leave();
  });
});
