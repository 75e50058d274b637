/** Tokens that rotate, and owners that are killed: each heir knows which token takes a seat, and which is spent. */
import assert from "node:assert/strict";
import { connect, memorySeatStorage, type Room, type SeatStorage } from "@ninelives/client";
import { until, within } from "../support/until.ts";
import { Fleet } from "./fleet.ts";
import { Nine } from "./nine.type.ts";

const DEADLINE_MS = 20_000;

const generationIn = (storage: SeatStorage) =>
  Number.parseInt((JSON.parse(storage.load()!) as { token: string }).token.split(".")[1]!, 36);

describe("tokens of a room whose owner is killed", function () {
  this.timeout(120_000);
  let fleet: Fleet;
  beforeEach(async () => (fleet = await Fleet.start(3)));
  afterEach(async function () {
    if (this.currentTest?.state === "failed") process.stdout.write(fleet.said());
    await fleet.stop();
  });

  const join = (storage: SeatStorage) =>
    connect(fleet.hosts[0]!.url, { storage: () => storage, random: () => 0 }).create(Nine, { name: "Ada" });
  const isIn = (room: Room<typeof Nine>, restores: number) =>
    until("the room", () => room.connection.state === "CONNECTED" && room.state.restores === restores, DEADLINE_MS);
  const resume = async (storage: SeatStorage) =>
    (await connect(fleet.living().url, { storage: () => storage }).resume(Nine))!;

  it("[SE10][SE11] kill -9 right behind each return, again and again: what the player has takes the seat", async () => {
    const storage = memorySeatStorage();
    const ada = await join(storage);
    for (let life = 1; life <= 3; life++) {
      const owner = await fleet.owner(ada.roomId);
      ada.session.lifeline.cut();
      await until("the return", () => ada.connection.state === "CONNECTED", DEADLINE_MS);
      await fleet.kill(owner);
      await Promise.all([isIn(ada, life), fleet.add()]);
      assert.ok(generationIn(storage) >= 1 + 2 * life, `generation ${generationIn(storage)}`);
    }
    const answer = await within("an answer", ada.command("add", { n: 1 }), DEADLINE_MS);
    assert.deepEqual(answer, { count: 1, times: 1 });
  });

  it("[SE10][SE12] an heir knows what was spent before: a replay ends the session there, and at the heir of that one too", async () => {
    const storage = memorySeatStorage();
    const first = await join(storage);
    await within("an answer", first.command("add", { n: 1 }), DEADLINE_MS);
    const kept = storage.load()!;
    const stolen = () => {
      const copy = memorySeatStorage();
      copy.save(kept);
      return copy;
    };
    first.session.lifeline.abandon();
    storage.save(kept);
    const ada = await resume(storage);
    await within("an answer", ada.command("add", { n: 2 }), DEADLINE_MS);
    await fleet.kill(await fleet.owner(ada.roomId));
    await Promise.all([isIn(ada, 1), fleet.add()]);
    const witness = await connect(fleet.living().url).joinById(Nine, ada.roomId, { name: "Bob" });
    await assert.rejects(resume(stolen()), { name: "SESSION_REVOKED" });
    await until("her end", () => ada.connection.state === "DISCONNECTED", DEADLINE_MS);
    assert.deepEqual(ada.connection.detail, { name: "DISCONNECTED", reason: "SESSION_REVOKED" });
    await until("her seat to be free", () => witness.state.players.size === 1, DEADLINE_MS);
    await within("the log to have it", witness.command("add", { n: 1 }), DEADLINE_MS);
    await fleet.kill(await fleet.owner(ada.roomId));
    await isIn(witness, 2);
    assert.equal(witness.state.players.size, 1);
    await assert.rejects(resume(stolen()), { name: "SEAT_EXPIRED" });
    assert.ok(
      !fleet.said().includes((JSON.parse(kept) as { token: string }).token.split(".").at(-1)!),
      "no token is told",
    );
  });
});
