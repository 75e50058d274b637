/** What players say to each other in one room: who hears it, how often, in which order. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import type { TalkRoom } from "../support/talk-room.ts";
import { startTalk, type TalkStage } from "./talk-stage.ts";

describe("talk in a room", () => {
  let stage: TalkStage;
  before(async () => {
    stage = await startTalk();
  });
  after(() => stage.host.stop());
  const act: TalkStage["act"] = (...args) => stage.act(...args);
  const create: TalkStage["create"] = (...args) => stage.create(...args);
  const joinOther: TalkStage["joinOther"] = (...args) => stage.joinOther(...args);
  const listen: TalkStage["listen"] = (...args) => stage.listen(...args);
  const tick: TalkStage["tick"] = (...args) => stage.tick(...args);
  const ticksUntil: TalkStage["ticksUntil"] = (...args) => stage.ticksUntil(...args);

  it("[TP1] a message is heard by everyone subscribed, its author too, with its topic, author and number", async () => {
    const ada = await create();
    const bob = await joinOther(ada);
    const heard = [await listen(ada), await listen(bob)];
    assert.deepEqual(await act(ada.publish("team/red/chat", { text: "hello" })), { offset: 1 });
    await ticksUntil("both to hear", () => heard.every(({ lines }) => lines.length === 1));
    for (const { lines, metas } of heard) {
      assert.deepEqual(lines, ["hello"]);
      assert.deepEqual(metas, [{ topic: "team/red/chat", from: ada.sessionId, offset: 1, isHistory: false }]);
    }
    await act(ada.command("announce", { topic: "team/red/chat", text: "from the server" }));
    await ticksUntil("both to hear again", () => heard.every(({ lines }) => lines.length === 2));
    assert.equal(heard[1]!.metas[1]!.from, "");
  });

  it("[TP1] what is said while a player's connection is down is heard once and in order after the return", async () => {
    const ada = await create();
    const bob = await joinOther(ada);
    const { lines, gaps } = await listen(bob);
    const texts = Array.from({ length: 40 }, (_, index) => `line ${index}`);
    const said: Promise<unknown>[] = [];
    for (const [index, text] of texts.entries()) {
      if (index === 10 || index === 30) bob.session.lifeline.cut();
      said.push(ada.publish("team/red/chat", { text }));
      await tick();
    }
    await act(Promise.all(said));
    await ticksUntil("everything to be heard", () => lines.length >= texts.length);
    assert.deepEqual(lines, texts);
    assert.deepEqual(gaps, []);
  });

  it("[TP1] what a player says while the connection is down is said once, when it is back", async () => {
    const ada = await create();
    const bob = await joinOther(ada);
    const { lines } = await listen(bob);
    ada.session.lifeline.cut();
    const offsets = await act(
      Promise.all(["one", "two", "three"].map((text) => ada.publish("team/red/chat", { text }))),
    );
    assert.deepEqual(
      offsets.map(({ offset }) => offset),
      [1, 2, 3],
    );
    await ticksUntil("all three", () => lines.length === 3);
    assert.deepEqual(lines, ["one", "two", "three"]);
  });

  it("[TP2] * is one level and # is the rest, and each listener of a message hears it once", async () => {
    const ada = await create();
    const heard: string[] = [];
    await act(ada.subscribe("team/*/chat", (_payload, { topic }) => heard.push(`* ${topic}`)));
    await act(ada.subscribe("team/#", (_payload, { topic }) => heard.push(`# ${topic}`)));
    await act(ada.subscribe("#", (_payload, { topic }) => heard.push(`all ${topic}`)));
    await act(ada.publish("team/red/chat", { text: "a" }));
    await act(ada.publish("team/red/pings", { x: 1, y: 2 }));
    await ticksUntil("five", () => heard.length >= 5);
    assert.deepEqual(heard, [
      "* team/red/chat",
      "# team/red/chat",
      "all team/red/chat",
      "# team/red/pings",
      "all team/red/pings",
    ]);
  });

  it("[TP2] a topic the type does not declare is TOPIC_UNKNOWN, one this player may not use TOPIC_REFUSED", async () => {
    const ada = await create();
    const wrong = "team/red/secrets" as "team/red/chat";
    await assert.rejects(act(ada.subscribe(wrong, () => {})), { name: "TOPIC_UNKNOWN" });
    await assert.rejects(act(ada.publish(wrong, { text: "x" })), { name: "TOPIC_UNKNOWN" });
    await assert.rejects(act(ada.subscribe("team/blue/chat", () => {})), { name: "TOPIC_REFUSED" });
    await assert.rejects(act(ada.publish("team/blue/chat", { text: "x" })), { name: "TOPIC_REFUSED" });
    await assert.rejects(act(ada.publish("global/news", { text: "mine" })), { name: "TOPIC_REFUSED" });
    await assert.rejects(act(ada.subscribe("staff/log", () => {})), { name: "TOPIC_REFUSED" });
    await assert.rejects(act(ada.publish("team/red/chat", { text: "x".repeat(41) })), {
      name: "COMMAND_INVALID",
      message: /text/,
    });
  });

  it("[TP2] the server knows by itself what a type does not have: it believes no client", async () => {
    const ada = await create();
    const ask = (payload: unknown) => act(ada.session.outbox.submit("$subscribe", payload, {}));
    await assert.rejects(ask({ pattern: "team/red/secrets" }), { name: "TOPIC_UNKNOWN" });
    await assert.rejects(ask({ pattern: "team/*/chat", members: true }), { name: "TOPIC_UNKNOWN" });
    await assert.rejects(ask({ pattern: 7 }), { name: "COMMAND_INVALID" });
    const say = (topic: string) => act(ada.session.outbox.submit("$publish", { topic, payload: { text: "x" } }, {}));
    await assert.rejects(say("team/*/chat"), { name: "TOPIC_UNKNOWN" });
    await assert.rejects(say("nowhere"), { name: "TOPIC_UNKNOWN" });
  });

  it("[TP3] who may not read any more hears nothing from then on, whatever the subscription; a throw is a no", async () => {
    const ada = await create();
    const bob = await joinOther(ada);
    const { lines } = await listen(bob);
    await act(bob.command("changeTeam", { team: "blue" }));
    await act(ada.publish("team/red/chat", { text: "only for red" }));
    await act(bob.command("changeTeam", { team: "red" }));
    const talk = stage.host.inside<TalkRoom>(ada.roomId);
    talk.trap = "team/red/chat";
    await assert.rejects(act(ada.publish("team/red/chat", { text: "refused" })), { name: "TOPIC_REFUSED" });
    talk.trap = undefined;
    await act(ada.command("announce", { topic: "team/red/pings", text: "wrong shape" }).catch(() => undefined));
    assert.deepEqual(lines, []);
    assert.ok(stage.host.logText().includes("authorizeTopic"), "the throw is in the log");
  });

  it("[TP2] a session has at most 64 subscriptions, and a room at most 256 topics", async () => {
    const ada = await create();
    for (let n = 0; n < 64; n++) await act(ada.subscribe(`party/${n}`, () => {}));
    await assert.rejects(act(ada.subscribe("party/64", () => {})), { name: "TOPIC_REFUSED" });
    const bob = await joinOther(ada);
    for (let n = 0; n < 256; n++) {
      await act(bob.command("changeTeam", { team: `t${n}` }));
      await act(bob.publish(`team/t${n}/chat`, { text: "first" }));
    }
    await act(bob.command("changeTeam", { team: "over" }));
    await assert.rejects(act(bob.publish("team/over/chat", { text: "one too many" })), { name: "TOPIC_REFUSED" });
  });
});
