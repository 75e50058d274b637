/** Rooms made ahead of demand at a real host that is alone: who comes gets a seat in one, and what becomes of it. */
import assert from "node:assert/strict";
import { connect } from "@ninelives/client";
import { defineHost, type Host } from "@ninelives/server";
import { defineRoomType, LIMITS } from "@ninelives/shared-schema";
import { z } from "zod";
import { Lab, LabRoom, LabState } from "../../../test/support/lab.ts";
import { startTestHost, type TestHost } from "../../../test/support/test-host.ts";
import { until } from "../../../test/support/until.ts";

const Modes = defineRoomType({
  name: "modes",
  tickHz: 20,
  maxPlayers: 2,
  state: LabState,
  options: z.object({ mode: z.string().default("ffa") }),
  filterBy: ["mode"],
});
class ModesRoom extends LabRoom {
  override readonly commands = {} as never;
  override readonly inputs = undefined as never;
  override onTick(): void {}
}

/** Fails while it is told to. */
class FragileRoom extends LabRoom {
  static isBroken = false;
  static made = 0;

  override onCreate(): void {
    FragileRoom.made++;
    if (FragileRoom.isBroken) throw new Error("no map today");
  }
}

describe("rooms kept ready by a host that is alone", () => {
  let host: TestHost;
  afterEach(() => host.stop());

  const start = async (rooms: object, more: object = {}, config: object = {}) => {
    host = await startTestHost(defineHost({ rooms, store: { kind: "memory" }, ...config } as never) as Host, more);
  };
  const warm = (type: string) => host.metric(`ninelives_warm_rooms{type="${type}"}`);
  const rooms = async () =>
    ((await (await fetch(`${host.url}/rooms`)).json()) as { roomId: string; players: number }[]).map(
      ({ roomId, players }) => [roomId, players] as const,
    );
  const empty = async () => (await rooms()).filter(([, players]) => players === 0).map(([roomId]) => roomId);

  it("[MM11] they are listed; who comes has a seat in one, and another one is made", async () => {
    await start({ lab: { type: Lab, room: LabRoom, warm: 2 } });
    await until("two rooms", async () => (await warm("lab")) === 2);
    const before = await empty();
    assert.equal(before.length, 2);
    const ada = await connect(host.url).joinOrCreate(Lab, { name: "Ada" });
    assert.ok(before.includes(ada.roomId));
    assert.deepEqual(await ada.command("add", { by: 3 }), { count: 3 });
    await until("another one", async () => (await warm("lab")) === 2 && (await rooms()).length === 3);
    const bob = await connect(host.url).joinOrCreate(Lab, { name: "Bob" });
    assert.equal(bob.roomId, ada.roomId, "the one that has players is filled first");
    await Promise.all([ada.leave(), bob.leave()]);
    await until("its end, as any room's", async () => !(await rooms()).some(([roomId]) => roomId === ada.roomId));
    assert.equal((await empty()).length, 2);
    assert.ok((await empty()).includes(before.find((roomId) => roomId !== ada.roomId)!));
  });

  it("[MM11] its time begins with the first promise of a seat: who comes finds it as new", async () => {
    await start({ lab: { type: Lab, room: LabRoom, warm: 2 } });
    const ids = await until("two", async () => ((await warm("lab")) === 2 ? empty() : undefined));
    const [first, second] = ids.map((roomId) => host.inside<LabRoom>(roomId)) as [LabRoom, LabRoom];
    const ada = await connect(host.url).joinOrCreate(Lab, { name: "Ada" });
    assert.equal(ada.roomId, first.roomId);
    await until("its ticks", () => first.tick > 10);
    assert.equal(second.tick, 0);
    assert.match(first.trace[0]!, /^[01] join Ada$/);
  });

  it("[MM11] one that nobody comes to is not ended, one that was promised and not taken is", async () => {
    await start({ lab: { type: Lab, room: LabRoom, warm: 1 } });
    const [first] = await until("one", async () => ((await warm("lab")) === 1 ? empty() : undefined));
    assert.equal(host.inside<LabRoom>(first!).autoDispose, false);
    await fetch(`${host.url}/matchmake/joinOrCreate/lab`, { method: "POST", body: "{}" });
    assert.equal(host.inside<LabRoom>(first!).autoDispose, true);
    await until("another one", async () => (await warm("lab")) === 1);
    assert.notDeepEqual(await empty(), [first]);
  });

  it("[MM6] a crowd fills them one after the other, and as many are empty after it as before", async () => {
    await start({ lab: { type: Lab, room: LabRoom, warm: 3 } });
    await until("three", async () => (await warm("lab")) === 3);
    const joins = Array.from({ length: 22 }, () => connect(host.url).joinOrCreate(Lab, { name: "one" }));
    const players = await Promise.all(joins);
    const sizes = [...Map.groupBy(players, ({ roomId }) => roomId).values()].map(({ length }) => length);
    assert.deepEqual(
      sizes.toSorted((a, b) => b - a),
      [4, 4, 4, 4, 4, 2],
    );
    await until("three again", async () => (await empty()).length === 3 && (await rooms()).length === 9);
  });

  it("[MM11] they have the defaults of their type: who asks for them gets one, who asks for others does not", async () => {
    await start({ modes: { type: Modes, room: ModesRoom, warm: 1 } });
    const [first] = await until("one", async () => ((await warm("modes")) === 1 ? empty() : undefined));
    const ctf = await connect(host.url).joinOrCreate(Modes, { mode: "ctf" });
    assert.notEqual(ctf.roomId, first);
    const ffa = await connect(host.url).joinOrCreate(Modes, {});
    assert.equal(ffa.roomId, first);
  });

  it("[MM12] a type whose rooms cannot be made: said once, tried seldom, and made when they can be", async () => {
    FragileRoom.isBroken = true;
    FragileRoom.made = 0;
    await start({ lab: { type: Lab, room: FragileRoom, warm: 2 } });
    await until("a second try", () => FragileRoom.made > 2);
    assert.equal(FragileRoom.made, 3);
    assert.equal(host.logText().match(/a room cannot be kept ready/g)?.length, 1);
    assert.match(host.logText(), /no map today/);
    assert.equal(await host.metric(`ninelives_faults_total{type="lab",where="warm"}`), 2);
    FragileRoom.isBroken = false;
    await until("both", async () => (await warm("lab")) === 2, 3 * LIMITS.warmRetryMs + 5_000);
  });

  it("[MM11] a host that makes no rooms makes none of these; who comes has what there is", async () => {
    const sooner = { halfPatchesAt: false, thirdPatchesAt: false, nearInterestAt: false, nearestInterestAt: false };
    const strain = { ...sooner, refuseJoinsAt: false, stepMs: 1_000 };
    const busy = { usage: () => ({ loop: 1, heap: 0 }) };
    await start({ lab: { type: Lab, room: LabRoom, warm: 1 } }, busy, { strain });
    const [first] = await until("one", async () => ((await warm("lab")) === 1 ? empty() : undefined));
    const rung = 'ninelives_strain_rung{rung="refuse-rooms"}';
    await until("it to make no rooms", async () => (await host.metric(rung)) === 1, 20_000);
    const ada = await connect(host.url).joinOrCreate(Lab, {});
    assert.equal(ada.roomId, first);
    await ada.command("add", { by: 1 });
    assert.equal(await warm("lab"), 0);
  });
});
