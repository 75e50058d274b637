/** Connections the server ends, or never lets in: each with its row of the codes table, and nobody else notices. */
import assert from "node:assert/strict";
import { Client as SdkClient } from "@colyseus/sdk";
import { connect, memorySeatStorage, type Room } from "@ninelives/client";
import { defineHost } from "@ninelives/server";
import { CODES, type NetError } from "@ninelives/shared-schema";
import { Lab, LabRoom, labType } from "../../../test/support/lab.ts";
import { startTestHost, type TestHost } from "../../../test/support/test-host.ts";
import { until, within } from "../../../test/support/until.ts";

const Club = labType("club");

class ClubRoom extends LabRoom {
  static override async onAuth(_token: string, { name }: { name?: string }): Promise<boolean> {
    return name === "Member";
  }
}

const nameOf = (join: Promise<unknown>) =>
  join.then(
    () => assert.fail("let in"),
    ({ name }: NetError) => name,
  );

describe("a server's refusals", () => {
  let host: TestHost;
  let keeper: Room<typeof Lab>;
  let lab: LabRoom;
  beforeEach(async () => {
    const rooms = { lab: { type: Lab, room: LabRoom }, club: { type: Club, room: ClubRoom as never } };
    host = await startTestHost(defineHost({ rooms, store: { kind: "memory" } }));
    keeper = await connect(host.url).create(Lab, { name: "Keeper" });
    lab = host.inside(keeper.roomId);
  });
  afterEach(() => host.stop());
  const endOf = (room: Room<typeof Lab>) =>
    until("the end", () => room.connection.detail.name === "DISCONNECTED" && room.connection.detail.reason);

  it("[SE4] REPLACED: a duplicated tab takes the seat, and the first one does not fight for it", async () => {
    const storage = memorySeatStorage();
    const first = await connect(host.url, { storage: () => storage }).joinById(Lab, keeper.roomId, { name: "Ada" });
    await first.command("add", { by: 2 });
    const copy = memorySeatStorage();
    copy.save(storage.load()!);
    const second = await connect(host.url, { storage: () => copy }).resume(Lab);
    assert.equal(second?.sessionId, first.sessionId);
    assert.equal(await endOf(first), "REPLACED");
    assert.equal(storage.load(), undefined, "a reload of the first one takes nothing back");
    assert.deepEqual(await within("an answer", second.command("add", { by: 3 })), { count: 5 });
    assert.equal(lab.clients.length, 2);
    assert.ok(!lab.trace.some((line) => line.endsWith(" leave")));
  });

  it("[SE4] REPLACED: a tab that lost its connection before it heard of a newer one takes nothing back from it", async () => {
    const storage = memorySeatStorage();
    const first = await connect(host.url, { storage: () => storage }).joinById(Lab, keeper.roomId, { name: "Ada" });
    const copy = memorySeatStorage();
    copy.save(storage.load()!);
    const { lifeline } = first.session;
    lifeline.offline();
    const second = (await connect(host.url, { storage: () => copy }).resume(Lab))!;
    const lost = first.command("add", { by: 100 }).catch(({ name }: Error) => name);
    const answer = second.command("add", { by: 3 });
    lifeline.tryNow();
    assert.equal(await endOf(first), "REPLACED");
    assert.equal(await lost, "COMMAND_UNANSWERED");
    assert.deepEqual(await within("an answer", answer), { count: 3 });
    assert.equal(second.connection.state, "CONNECTED");
  });

  it("[SE5] a wrong token takes no seat: SEAT_EXPIRED, and the player who has it plays on", async () => {
    const storage = memorySeatStorage();
    const ada = await connect(host.url, { storage: () => storage }).joinById(Lab, keeper.roomId, { name: "Ada" });
    const thief = memorySeatStorage();
    const kept = JSON.parse(storage.load()!) as { token: string };
    const last = kept.token.at(-1) === "A" ? "Q" : "A";
    thief.save(JSON.stringify({ ...kept, token: kept.token.slice(0, -1) + last }));
    assert.equal(await nameOf(connect(host.url, { storage: () => thief }).resume(Lab)), "SEAT_EXPIRED");
    assert.equal(thief.load(), undefined);
    assert.deepEqual(await within("an answer", ada.command("add", { by: 1 })), { count: 1 });
    assert.equal(ada.connection.state, "CONNECTED");
  });

  it("WITH_ERROR: a message the room does not have ends that connection alone", async () => {
    const ada = await connect(host.url).joinById(Lab, keeper.roomId, {});
    ada.sdk.send("dance", { with: "wolves" });
    assert.equal(await endOf(ada), "WITH_ERROR");
    const stock = await new SdkClient(host.url).joinById(keeper.roomId, {});
    const closed = new Promise<number>((resolve) => stock.onLeave(resolve));
    stock.reconnection.enabled = false;
    stock.send("dance");
    assert.equal(await within("the stock client's end", closed), CODES.WITH_ERROR.code);
    assert.deepEqual(await within("an answer", keeper.command("add", { by: 1 })), { count: 1 });
  });

  it("[CL2] UNAUTHORIZED: the room's onAuth said no", async () => {
    assert.equal(await nameOf(connect(host.url).create(Club, { name: "Guest" })), "UNAUTHORIZED");
    const member = await connect(host.url).create(Club, { name: "Member" });
    assert.equal(await nameOf(connect(host.url).joinById(Club, member.roomId, { name: "Guest" })), "UNAUTHORIZED");
    assert.equal(host.inside<LabRoom>(member.roomId).clients.length, 1);
  });

  it("[CFG2] PORT_TAKEN: a second host on the port of the first, which goes on", async () => {
    const config = defineHost({ rooms: { lab: { type: Lab, room: LabRoom } }, store: { kind: "memory" } });
    const { port } = host;
    await assert.rejects(startTestHost(config, { port }), (error: NetError) => {
      assert.deepEqual([error.name, error.code], ["PORT_TAKEN", CODES.PORT_TAKEN.code]);
      assert.match(error.message, new RegExp(`port ${port} is in use: .* PORT=${port + 1}`));
      return true;
    });
    assert.deepEqual(await within("an answer", keeper.command("add", { by: 1 })), { count: 1 });
  });
});
