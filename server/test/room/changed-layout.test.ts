/** A build that changed what a room's trees look like and did not say so: its version is the same. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Room } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { Client as StockClient } from "@colyseus/sdk";
import { connect } from "@ninelives/client";
import { type CommandHandlers, defineHost, GameRoom } from "@ninelives/server";
import {
  defineRoomType,
  encodeRecord,
  readRecords,
  RecordKind,
  type SchemaClass,
  SectionTag,
} from "@ninelives/shared-schema";
import { z } from "zod";
import { startTestHost, type TestHost } from "../../../test/support/test-host.ts";
import { until, within } from "../../../test/support/until.ts";
import { readHeader, writeHeader } from "../../src/log/header.ts";

const Tally = schema({ count: t.uint32().default(0), names: t.map("string") }, "Tally");
const Notes = schema({ adds: t.uint32().default(0) }, "Notes");

function tallyType(state: typeof Tally, memory: typeof Notes) {
  return defineRoomType({
    name: "tally",
    tickHz: 50,
    maxPlayers: 4,
    state,
    memory,
    commands: { add: { payload: z.object({}), result: z.object({ count: z.number(), adds: z.number() }) } },
  });
}
const Today = tallyType(Tally, Notes);

class TallyRoom extends GameRoom<typeof Today> {
  override readonly commands: CommandHandlers<typeof Today> = {
    add: () => ({ count: ++this.state.count, adds: ++this.memory.adds }),
  };
}

describe("a room type that changed under the same version", () => {
  let dir: string;
  let host: TestHost;
  const store = () => ({ kind: "file", dir }) as const;
  const hostOf = (state: SchemaClass, memory: SchemaClass = Notes) =>
    defineHost({
      rooms: { tally: { type: tallyType(state as typeof Tally, memory as typeof Notes), room: TallyRoom } },
      store: store(),
    });

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "ninelives-layout-"));
    host = await startTestHost(hostOf(Tally));
  });
  afterEach(async () => {
    await host.stop();
    await rm(dir, { recursive: true, force: true });
  });

  async function deploy(next: ReturnType<typeof hostOf>): Promise<void> {
    const { port } = host;
    await host.stop();
    host = await startTestHost(next, { port });
  }

  async function isSetAside(roomId: string, why: RegExp): Promise<void> {
    assert.match(host.logText(), why);
    assert.deepEqual([await host.store.unfinished(), await host.store.list()], [[], [roomId]]);
  }

  it("[RS15] goes on when new fields stand behind the old ones: they have their defaults", async () => {
    const ada = await connect(host.url).create(Today, {});
    await ada.command("add", {});
    const More = schema(
      { count: t.uint32().default(0), names: t.map("string"), mood: t.string().default("calm") },
      "Tally",
    );
    await deploy(hostOf(More));
    await until("Ada", () => ada.connection.state === "CONNECTED");
    assert.deepEqual(await ada.command("add", {}), { count: 2, adds: 2 });
    const room = host.inside<TallyRoom>(ada.roomId);
    assert.equal((room.state as InstanceType<typeof More>).mood, "calm");
    await ada.leave();
  });

  it("[RS15] … those of what the tree holds too, in state and memory; what had no value before has none", async () => {
    const known = { hp: t.uint8().default(1), nick: t.string().optional() };
    const Was = schema(known, "Unit");
    const Is = schema({ ...known, mood: t.string().default("calm"), bag: t.map("uint8") }, "Unit");
    const [stateWas, stateIs] = [Was, Is].map((Unit) =>
      schema({ count: t.uint32().default(0), names: t.map("string"), units: t.map(Unit) }, "Tally"),
    ) as unknown as [typeof Tally, typeof Tally];
    const [notesWas, notesIs] = [Was, Is].map((Unit) =>
      schema({ adds: t.uint32().default(0), kept: t.array(Unit) }, "Notes"),
    ) as unknown as [typeof Notes, typeof Notes];
    await deploy(hostOf(stateWas, notesWas));
    const ada = await connect(host.url).create(Today, {});
    type Trees = { units: Map<string, Record<string, unknown>> } & { kept: Record<string, unknown>[] };
    const trees = () => {
      const { state, memory } = host.inside<TallyRoom>(ada.roomId);
      return { units: (state as unknown as Trees).units, kept: (memory as unknown as Trees).kept };
    };
    trees().units.set("a", Object.assign(new Was(), { hp: 7 }) as never);
    trees().kept.push(Object.assign(new Was(), { hp: 9, nick: "old" }) as never);
    await ada.command("add", {});
    await deploy(hostOf(stateIs, notesIs));
    await until("Ada", () => ada.connection.state === "CONNECTED");
    const [unit, kept] = [trees().units.get("a")!, trees().kept[0]!];
    assert.deepEqual([unit.hp, unit.nick, unit.mood], [7, undefined, "calm"]);
    assert.deepEqual([kept.hp, kept.nick, kept.mood], [9, "old", "calm"]);
    (unit.bag as Map<string, number>).set("coins", 3);
    await ada.command("add", {});
    await deploy(hostOf(stateIs, notesIs));
    await until("Ada again", () => ada.connection.state === "CONNECTED");
    assert.equal((trees().units.get("a")!.bag as Map<string, number>).get("coins"), 3);
    await ada.leave();
  });

  it("[RS15] is set aside when they do not, and it is said what differs and what to do", async () => {
    const ada = await connect(host.url).create(Today, {});
    await deploy(
      hostOf(schema({ mood: t.string().default(""), count: t.uint32().default(0), names: t.map("string") }, "Tally")),
    );
    await isSetAside(
      ada.roomId,
      /of \\"tally\\" version 1: state\.count is in the log where state\.mood is here: [^"]*raise `version` and give `migrate`/,
    );
    ada.session.lifeline.abandon();
  });

  it("[RS15] is set aside when its memory changed", async () => {
    const ada = await connect(host.url).create(Today, {});
    await deploy(hostOf(Tally, schema({ adds: t.string().default("") }, "Notes")));
    await isSetAside(ada.roomId, /memory\.game\.adds is uint32 in the log and string here/);
    ada.session.lifeline.abandon();
  });

  it("[RS15] is set aside when its log does not say how it is to be read", async () => {
    const ada = await connect(host.url).create(Today, {});
    const { port } = host;
    await host.stop();
    const file = join(dir, "rooms", `${ada.roomId}.log`);
    const { records } = readRecords(await readFile(file));
    const older = records.map((record) => {
      if (record.kind !== RecordKind.HEADER) return encodeRecord(record);
      const { layout: _, ...header } = readHeader(record.sections.get(SectionTag.META)!);
      return encodeRecord({ ...record, sections: new Map([[SectionTag.META, writeHeader(header)]]) });
    });
    await writeFile(file, Buffer.concat(older));
    host = await startTestHost(hostOf(Tally), { port });
    await isSetAside(ada.roomId, /its log is of a build that did not write how to read it/);
    ada.session.lifeline.abandon();
  });

  it("[RS15] a plain room as well: its state's class is looked at when onCreate has made it", async () => {
    const plain = (state: SchemaClass) => {
      class PlainRoom extends Room {
        override state = new state();
        override autoDispose = false;
      }
      return defineHost({ rooms: { plain: PlainRoom }, store: store() });
    };
    await deploy(plain(Tally));
    const ada = await new StockClient(host.url).create("plain");
    ada.reconnection.enabled = false;
    await deploy(plain(schema({ count: t.string().default("") }, "Tally")));
    await isSetAside(ada.roomId, /of \\"plain\\" version 1: state\.count is uint32 in the log and string here/);
  });

  it("[RS17] a stock client that got the state in another layout is told to load anew, and is in again when it did", async () => {
    const plain = (state: SchemaClass) => {
      class PlainRoom extends Room {
        override state = new state();
        override autoDispose = false;
      }
      return defineHost({ rooms: { plain: PlainRoom }, store: store() });
    };
    const wider = schema(
      { count: t.uint32().default(0), names: t.map("string"), mood: t.string().default("calm") },
      "Wider",
    );
    await deploy(plain(Tally));
    const ada = await new StockClient(host.url).create("plain");
    ada.reconnection.minUptime = 0;
    const token = ada.reconnectionToken;
    const ended = new Promise<number>((resolve) => ada.onLeave(resolve));
    await deploy(plain(wider));
    assert.equal(await within("the end", ended), 4102);
    const again = await new StockClient(host.url).reconnect(token);
    await until("the state", () => (again.state as { mood?: string }).mood === "calm");
    assert.equal(again.sessionId, ada.sessionId);
    again.reconnection.minUptime = 0;
    const back = new Promise<void>((resolve) => again.onReconnect(() => resolve()));
    await deploy(plain(wider));
    await within("the return", back);
    await again.leave();
    await host.inside(ada.roomId).disconnect();
  });

  it("[RS15] a plain room whose state was replaced by one of another class is read by the layout of that one", async () => {
    const Other = schema({ word: t.string().default(""), count: t.uint8().default(0) }, "Other");
    class ChangingRoom extends Room {
      override state: InstanceType<typeof Tally> | InstanceType<typeof Other> = new Tally();
      override autoDispose = false;
      override patchRate = 10;
    }
    await deploy(defineHost({ rooms: { plain: ChangingRoom }, store: store() }));
    const ada = await new StockClient(host.url).create("plain");
    ada.reconnection.enabled = false;
    const room = host.inside<ChangingRoom>(ada.roomId);
    room.state = new Other().assign({ word: "new", count: 7 });
    room.broadcastPatch();
    class OtherRoom extends Room {
      override state = new Other();
      override autoDispose = false;
    }
    await deploy(defineHost({ rooms: { plain: OtherRoom }, store: store() }));
    assert.deepEqual(host.inside<OtherRoom>(ada.roomId).state.toJSON(), { word: "new", count: 7 });
    for (const { roomId } of await host.store.unfinished()) await host.inside(roomId).disconnect();
  });
});
