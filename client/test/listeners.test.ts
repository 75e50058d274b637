/** An app's listener that throws: reported like any error nobody caught, and nothing of ours is lost by it. */
import assert from "node:assert/strict";
import { connect, type Room } from "@ninelives/client";
import { defineHost } from "@ninelives/server";
import { Lab, LabRoom } from "../../test/support/lab.ts";
import { startTestHost, type TestHost } from "../../test/support/test-host.ts";
import { until } from "../../test/support/until.ts";
import { FakeLine } from "./connection/fake-line.ts";

describe("listeners that throw", () => {
  let host: TestHost;
  let ada: Room<typeof Lab>;
  /** What reached the process as an uncaught error. */
  let uncaught: string[];
  let others: NodeJS.UncaughtExceptionListener[];
  const catchUncaught = ({ message }: Error) => void uncaught.push(message);
  before(async () => {
    host = await startTestHost(defineHost({ rooms: { lab: { type: Lab, room: LabRoom } }, store: { kind: "memory" } }));
    ada = await connect(host.url, { random: () => 0 }).create(Lab, {});
  });
  after(() => host.stop());
  beforeEach(() => {
    uncaught = [];
    others = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    process.on("uncaughtException", catchUncaught);
  });
  afterEach(() => {
    process.removeAllListeners("uncaughtException");
    for (const other of others) process.on("uncaughtException", other);
  });

  it("[CL8][EV4] events and results of the same frame arrive all the same, and so do the other listeners' ones", async () => {
    const heard: string[] = [];
    const stop = [
      ada.on("said", ({ text }) => {
        throw new Error(`listener of ${text}`);
      }),
      ada.on("said", ({ text }) => heard.push(text)),
    ];
    const answers = ["a", "b", "c"].map((text) => ada.command("say", { text }));
    assert.deepEqual(await Promise.all(answers), [{}, {}, {}]);
    await until("the events", () => heard.length === 3);
    assert.deepEqual(heard, ["a", "b", "c"]);
    assert.deepEqual(uncaught, ["listener of a", "listener of b", "listener of c"]);
    for (const undo of stop) undo();
  });

  it("[CL8][CL1] the connection comes back, and patches go on", async () => {
    const stop = [
      ada.connection.onChange(({ to }) => {
        throw new Error(to);
      }),
      ada.onPatch(() => {
        throw new Error("patch");
      }),
    ];
    ada.session.lifeline.cut();
    await until("the return", () => ada.connection.state === "CONNECTED");
    const { count } = await ada.command("add", { by: 1 });
    await until("the patch", () => ada.state.count === count);
    assert.deepEqual(uncaught.slice(0, 2), ["RECONNECTING", "CONNECTED"]);
    assert.ok(uncaught.includes("patch"));
    for (const undo of stop) undo();
  });

  it("[CL8][CL1] the wait for the next attempt is armed before anybody could miss it", async () => {
    const line = FakeLine.joined();
    line.connection.onChange(() => {
      throw new Error("listener");
    });
    line.socket.closeBy(1006);
    line.clock.advance(100);
    assert.equal(line.sockets.length, 2);
    await until("the report", () => uncaught.length === 1);
  });
});
