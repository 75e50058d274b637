/** What is kept of what players said, for whom, and who is there. */
import assert from "node:assert/strict";
import { memorySeatStorage, type TopicMembers } from "@ninelives/client";
import { readRoom } from "@ninelives/server";
import { unpack } from "@ninelives/shared-schema";
import { after, before, describe, it } from "mocha";
import { Talk } from "../support/talk-room.ts";
import { startTalk, switchedSocket, type TalkStage } from "./talk-stage.ts";

describe("what is kept of topics", () => {
  let stage: TalkStage;
  before(async () => {
    stage = await startTalk();
  });
  after(() => stage.host.stop());
  const act: TalkStage["act"] = (...args) => stage.act(...args);
  const client: TalkStage["client"] = (...args) => stage.client(...args);
  const create: TalkStage["create"] = (...args) => stage.create(...args);
  const joinOther: TalkStage["joinOther"] = (...args) => stage.joinOther(...args);
  const listen: TalkStage["listen"] = (...args) => stage.listen(...args);
  const subscriptions: TalkStage["subscriptions"] = (...args) => stage.subscriptions(...args);
  const ticksUntil: TalkStage["ticksUntil"] = (...args) => stage.ticksUntil(...args);

  it("[TP4] a subscriber gets the newest kept messages of each topic first, and no more than asked for", async () => {
    const ada = await create();
    for (let n = 1; n <= 8; n++) await act(ada.publish("team/red/chat", { text: `line ${n}` }));
    const three = await listen(ada, 3);
    assert.deepEqual(three.lines, ["line 6", "line 7", "line 8"]);
    assert.ok(three.metas.every(({ isHistory }) => isHistory));
    const all = await listen(ada, 500);
    assert.deepEqual(all.lines, ["line 4", "line 5", "line 6", "line 7", "line 8"]);
    assert.deepEqual((await listen(ada)).lines, []);
    await act(ada.publish("team/red/chat", { text: "line 9" }));
    await ticksUntil("the new one", () => all.lines.length === 6 && three.lines.length === 4);
    assert.equal(all.metas.at(-1)!.isHistory, false);
  });

  it("[TP4] a player away for longer than the room keeps what was told gets the kept history, and a gap that says how much is missing", async () => {
    const ada = await create();
    const { network, openSocket } = switchedSocket();
    const bob = await joinOther(ada, { openSocket });
    const { lines, gaps } = await listen(bob);
    await act(ada.publish("team/red/chat", { text: "before" }));
    await ticksUntil("the first", () => lines.length === 1);
    network.isOff = true;
    bob.session.lifeline.offline();
    for (let n = 0; n < 300; n++) await act(ada.publish("team/red/chat", { text: `line ${n}` }));
    network.isOff = false;
    bob.session.lifeline.tryNow();
    await ticksUntil("the newest", () => lines.at(-1) === "line 299");
    const missed = gaps.reduce((sum, gap) => sum + gap.missed!, 0);
    assert.ok(missed > 0, "a gap was told");
    assert.equal(lines.length + missed, 301);
    assert.equal(new Set(lines).size, lines.length, "none came twice");
  });

  it("[TP4] after its last listener closed, a pattern costs nothing more", async () => {
    const ada = await create();
    const one = await listen(ada);
    const two = await listen(ada);
    await one.close();
    assert.deepEqual(await subscriptions(ada), ["team/red/chat"]);
    await two.close();
    assert.deepEqual(await subscriptions(ada), []);
    await act(ada.publish("team/red/chat", { text: "to nobody" }));
    assert.deepEqual([one.lines, two.lines], [[], []]);
  });

  it("[TP7] the log has who is subscribed to what, and what is kept of each topic, under the numbers that were told", async () => {
    const ada = await create();
    await listen(ada);
    for (let n = 1; n <= 7; n++) await act(ada.publish("team/red/chat", { text: `line ${n}` }));
    const { image, damage } = await readRoom(stage.host.store, ada.roomId, Talk);
    assert.deepEqual(damage, []);
    const { topics, topicEpoch } = image!.memory.host;
    assert.notEqual(topicEpoch, "");
    const history = topics.get("team/red/chat")!;
    assert.deepEqual([history.first, history.offset, history.messages.size], [3, 7, 5]);
    const { from, payload } = history.messages.get("7")!;
    assert.deepEqual([from, unpack(Buffer.from(payload, "base64"))], [ada.sessionId, { text: "line 7" }]);
    assert.deepEqual(await subscriptions(ada), ["team/red/chat"]);
  });

  it("[CL7] a page that was loaded again is subscribed to nothing, and hears what was said if it asks for it", async () => {
    const storage = memorySeatStorage();
    const before = await act(client({ storage: () => storage }).create(Talk, {}));
    await listen(before);
    await act(before.publish("team/red/chat", { text: "before the reload" }));
    const kept = storage.load()!;
    before.session.lifeline.abandon();
    storage.save(kept);
    const ada = (await act(client({ storage: () => storage }).resume(Talk)))!;
    assert.equal(ada.sessionId, before.sessionId);
    await act(ada.publish("team/red/chat", { text: "after it" }));
    assert.deepEqual(await subscriptions(ada), []);
    const { lines } = await listen(ada, 10);
    assert.deepEqual(lines, ["before the reload", "after it"]);
  });

  it("[TP6] who is in a topic is told, then who came and who left; a drop is no goodbye", async () => {
    const ada = await create();
    const seen: TopicMembers[] = [];
    await act(ada.watchTopic("team/red/chat", (members) => seen.push(members)));
    const bob = await joinOther(ada);
    await listen(bob);
    const cleo = await joinOther(ada);
    const { close } = await listen(cleo);
    await ticksUntil("two members", () => seen.at(-1)?.members.length === 2);
    assert.deepEqual(
      seen.map(({ joined }) => joined),
      [[bob.sessionId], [cleo.sessionId]],
    );
    bob.session.lifeline.cut();
    await close();
    await ticksUntil("one who left", () => seen.length === 3);
    assert.deepEqual(seen[2], { members: [bob.sessionId], joined: [], left: [cleo.sessionId] });
    await act(bob.leave());
    await ticksUntil("nobody", () => seen.length === 4);
    assert.deepEqual(seen[3], { members: [], joined: [], left: [bob.sessionId] });
  });
});
