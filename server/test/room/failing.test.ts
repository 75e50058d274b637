/** A room whose own code throws at every step, beside one that is well: at a host that is alone, and at one that shares its store. */
import assert from "node:assert/strict";
import { Room } from "@colyseus/core";
import { Client as StockClient } from "@colyseus/sdk";
import { connect, type Room as OurRoom } from "@ninelives/client";
import { defineHost, type StoreChoice } from "@ninelives/server";
import { CODES, LIMITS } from "@ninelives/shared-schema";
import { HeldStore } from "../../../test/support/held-store.ts";
import { Lab, LabRoom } from "../../../test/support/lab.ts";
import { BoardState } from "../../../test/support/plain-room.ts";
import { startRedis, type TestRedis } from "../../../test/support/redis.ts";
import { startTestHost, type TestHost } from "../../../test/support/test-host.ts";
import { until } from "../../../test/support/until.ts";

/** Throws in `onTick` while its count is odd, from the seventh on. */
class OddRoom extends LabRoom {
  override onTick(step: Parameters<LabRoom["onTick"]>[0]): void {
    super.onTick(step);
    if (this.state.count > 6 && this.state.count % 2 === 1) throw new Error("odd");
  }
}

/** Reads a log when a test says so. */
class GatedStore extends HeldStore {
  readonly gate = Promise.withResolvers<void>();

  override async read(roomId: string): Promise<Uint8Array[]> {
    await this.gate.promise;
    return super.read(roomId);
  }
}

describe("a room that begins anew at a host that is alone", () => {
  it("[TK8] is not said to be gone meanwhile: who asks for it waits", async () => {
    const store = new GatedStore();
    const host = await startTestHost(defineHost({ rooms: { lab: { type: Lab, room: LabRoom } } }), { store });
    const { roomId } = await connect(host.url).create(Lab, {});
    host.inside<LabRoom>(roomId).eachTick = () => {
      throw new Error("every step");
    };
    await until("it to be on its way", () => host.room(roomId) === undefined);
    const asked = fetch(`${host.url}/dev/rooms/${roomId}`);
    store.gate.resolve();
    assert.equal((await asked).status, 200);
    await host.stop();
  });
});

/** Its loop throws for as long as it is told to. */
class CrookedRoom extends Room<{ state: InstanceType<typeof BoardState> }> {
  static isCrooked = false;
  override state = new BoardState();
  override patchRate = 10;

  override onCreate(): void {
    this.setFixedTimestep(() => {
      this.state.steps++;
      if (CrookedRoom.isCrooked) throw undefined;
    }, 50);
  }
}

describe("a plain room whose loop throws", () => {
  it("[TK24] goes on where it is, however often it does: what a player sent may be to blame", async () => {
    const host = await startTestHost(defineHost({ rooms: { crooked: CrookedRoom }, store: { kind: "memory" } }));
    const ada = await new StockClient(host.url).create<InstanceType<typeof BoardState>>("crooked");
    ada.onDrop((code) => assert.fail(`dropped: ${code}`));
    ada.onLeave((code) => assert.equal(code, CODES.CONSENTED.code));
    await until("some steps", () => ada.state.steps > 3);
    CrookedRoom.isCrooked = true;
    const faults = () => host.metric('ninelives_faults_total{type="crooked",where="setFixedTimestep"}');
    await until("many throws", async () => (await faults()) >= 5 * LIMITS.failuresInRow);
    CrookedRoom.isCrooked = false;
    const { steps } = ada.state;
    await until("more steps", () => ada.state.steps > steps + 3);
    await ada.leave();
    await host.stop();
  });
});

for (const kind of ["memory", "redis"] as const) {
  describe(`a room that fails at every step, its log in ${kind === "redis" ? "Redis" : "memory"}`, () => {
    let redis: TestRedis | undefined;
    let host: TestHost;
    before(async () => {
      redis = kind === "redis" ? await startRedis() : undefined;
      const store: StoreChoice = redis === undefined ? { kind: "memory" } : { kind: "redis", urls: [redis.url] };
      const rooms = { lab: { type: Lab, room: OddRoom } };
      host = await startTestHost(defineHost({ rooms, store }), { redisUrl: redis?.url });
    });
    after(async () => {
      await host.stop();
      await redis?.stop();
    });

    const faults = () => host.metric('ninelives_faults_total{type="lab",where="onTick"}');
    const ticks = (room: OurRoom<typeof Lab>) => host.inside<LabRoom>(room.roomId).tick;

    it("[TK8] one that throws now and then goes on where it is", async () => {
      const ada = await connect(host.url).create(Lab, {});
      let isOdd = true;
      host.inside<LabRoom>(ada.roomId).eachTick = () => {
        isOdd = !isOdd;
        if (isOdd) throw new Error("every other step");
      };
      const { epoch } = ada;
      const from = await faults();
      await until("ten throws", async () => (await faults()) >= from + 10);
      assert.equal(ada.epoch, epoch);
      await ada.leave();
    });

    it("[TK8] begins anew from its log once, then it is over, its log kept; the one beside it ticks on", async () => {
      const [ada, bob] = [await connect(host.url).create(Lab, {}), await connect(host.url).create(Lab, {})];
      const before = ticks(bob);
      assert.deepEqual(await ada.command("add", { by: 8 }), { count: 8 });
      const from = await faults();
      const adding = ada.command("add", { by: 1 }).catch((error: { name: string }) => error.name);
      await until("the end of it", () => ada.connection.state === "DISCONNECTED");
      await adding;
      assert.equal(await faults(), from + 4, "two throws, and two after it began anew");
      assert.equal(bob.connection.state, "CONNECTED");
      await until("the other one's steps", () => ticks(bob) > before + 10);
      await until("its row to go", async () => {
        const rows = (await (await fetch(`${host.url}/rooms`)).json()) as { roomId: string }[];
        return rows.length === 1 && rows[0]!.roomId === bob.roomId;
      });
      assert.deepEqual(
        (await host.store.unfinished()).filter(({ roomId }) => roomId === ada.roomId),
        [],
      );
      assert.ok((await host.store.read(ada.roomId)).length > 0, "its log is kept");
      await bob.leave();
    });

    it("[TK8] one that began anew plays on; when it fails again, who is in is told so", async () => {
      const ada = await connect(host.url).create(Lab, {});
      const { epoch } = ada;
      const fail = () => {
        host.inside<LabRoom>(ada.roomId).eachTick = () => {
          throw new Error("what this process made of it");
        };
      };
      fail();
      await until("the room to begin anew", () => ada.epoch > epoch && ada.connection.state === "CONNECTED");
      assert.deepEqual(await ada.command("add", { by: 2 }), { count: 2 });
      fail();
      await until("the end of it", () => ada.connection.state === "DISCONNECTED");
      assert.equal((ada.connection.detail as { reason?: string }).reason, "ROOM_FAILED");
    });

    it("[TK24] one of whose ticks no patch can be made says nothing of them, and begins anew as it was before", async () => {
      const ada = await connect(host.url).create(Lab, {});
      const { epoch } = ada;
      assert.deepEqual(await ada.command("add", { by: 2 }), { count: 2 });
      const lab = host.inside<LabRoom>(ada.roomId);
      lab.onBeforePatch = () => {
        throw undefined;
      };
      const answers: number[] = [];
      const adding = ada.command("add", { by: 2 }).then(({ count }) => answers.push(count));
      await until("the room to begin anew", () => ada.epoch > epoch && ada.connection.state === "CONNECTED");
      await adding;
      assert.deepEqual([answers, host.inside<LabRoom>(ada.roomId).memory.commandsRun], [[4], 2], "it ran once");
      await ada.leave();
    });
  });
}
