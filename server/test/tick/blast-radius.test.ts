/** Every way in which a game's code can fail: it costs its own room what it must, and nobody else a tick. */
import assert from "node:assert/strict";
import { connect, type Room as OurRoom } from "@ninelives/client";
import { Client, type Room as StockRoom } from "@colyseus/sdk";
import { matchMaker } from "@colyseus/core";
import { defineHost } from "@ninelives/server";
import { Lab, LabRoom, PERIOD_MS } from "../../../test/support/lab.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import {
  arm,
  disarm,
  Rough,
  RoughGame,
  RoughRoom,
  type RoughState,
  type Style,
  STYLES,
} from "../../../test/support/rough.ts";
import { pump, startTestHost, type TestHost } from "../../../test/support/test-host.ts";
import { settle, until } from "../../../test/support/until.ts";

const SYNC: readonly Style[] = ["throws", "throws nothing", "throws what is no error"];
const ALL = Object.keys(STYLES) as Style[];

/** What a row does with a plain room it was given a seat in, and where the fault is said to be. */
interface PlainRow {
  readonly place: string;
  readonly where: string;
  readonly styles: readonly Style[];
  readonly act: (room: StockRoom<RoughState>, url: string) => unknown;
}

interface TypedRow {
  readonly place: string;
  readonly where: string;
  readonly styles: readonly Style[];
  readonly act: (room: OurRoom<typeof Rough>, inside: RoughGame, url: string) => unknown;
}

const nothing = () => {};

async function drop(room: StockRoom<RoughState>): Promise<void> {
  room.reconnection.minUptime = 0;
  room.connection.close(4010);
  await settle();
}

/** The room begins anew for it. */
function look(room: StockRoom<RoughState>): void {
  room.reconnection.minUptime = 0;
  room.send("look");
}

const PLAIN: readonly PlainRow[] = [
  { place: "message", where: "onMessage", styles: ALL, act: (room) => room.send("say") },
  {
    place: "request",
    where: "onMessage",
    styles: ALL,
    act: async (room) => {
      const failed = await room.request("ask" as never).then(nothing, (error: unknown) => error as Error);
      assert.ok(failed instanceof Error, "whoever asks is told that it failed");
      assert.match(failed.message, /on purpose|undefined got|code: 7 \} got/);
    },
  },
  { place: "any message", where: "onMessage", styles: SYNC, act: (room) => room.send("whatever") },
  { place: "bytes", where: "onMessage", styles: SYNC, act: (room) => room.sendBytes("raw", new Uint8Array([1])) },
  { place: "clock.setTimeout", where: "setTimeout", styles: ALL, act: (room) => room.send("later") },
  { place: "clock.setInterval", where: "setInterval", styles: ALL, act: nothing },
  { place: "setTimestep", where: "setTimestep", styles: ALL, act: nothing },
  { place: "onBeforePatch", where: "broadcastPatch", styles: SYNC, act: nothing },
  { place: "serialize", where: "serialize", styles: SYNC, act: nothing },
  { place: "presence", where: "presence", styles: ALL, act: () => matchMaker.presence.publish("rough", {}) },
  { place: "a badly typed state write", where: "onMessage", styles: ["throws"], act: (room) => room.send("misspell") },
  { place: "a view that is none", where: "broadcastPatch", styles: ["throws"], act: look },
  { place: "onDrop", where: "onDrop", styles: ALL, act: drop },
  { place: "onReconnect", where: "onReconnect", styles: ALL, act: drop },
  { place: "onLeave", where: "onLeave", styles: ALL, act: (room) => room.leave() },
  { place: "onDispose", where: "onDispose", styles: ALL, act: (room) => room.leave() },
  ...["onAuth", "onJoin"].map((place) => ({
    place,
    where: place,
    styles: ALL,
    act: async ({ roomId }: StockRoom<RoughState>, url: string) => {
      await assert.rejects(new Client(url).joinById(roomId), "who may not come in is told so");
    },
  })),
  {
    place: "onCreate",
    where: "onCreate",
    styles: ALL,
    act: (_room, url) => assert.rejects(new Client(url).create("rough"), "who wants the room is told so"),
  },
];

const TYPED: readonly TypedRow[] = [
  {
    place: "command",
    where: "command say",
    styles: ALL,
    act: (room) => assert.rejects(room.command("say", {}), { name: "COMMAND_FAILED" }),
  },
  ...(["prepare", "prepared"] as const).map((place) => ({
    place,
    where: "command wait",
    styles: place === "prepare" ? ALL : SYNC,
    act: (room: OurRoom<typeof Rough>) => assert.rejects(room.command("wait", {}), { name: "COMMAND_FAILED" }),
  })),
  { place: "onTick", where: "onTick", styles: ALL, act: nothing },
  {
    place: "timer",
    where: "timer bell",
    styles: ALL,
    act: (_, inside) => (inside.next = () => inside.after(1, "bell", {})),
  },
  ...SYNC.map((style) => ({
    place: `a filter of events that ${style}`,
    where: "event heard",
    styles: [style],
    act: (_: unknown, inside: RoughGame) =>
      (inside.next = () => inside.emit("heard", { text: "" }, STYLES[style] as never)),
  })),
  {
    place: "an event that does not fit",
    where: "onTick",
    styles: ["throws"],
    act: (_, inside) => (inside.next = () => inside.emit("heard", { text: 5 as never })),
  },
  {
    place: "a badly typed state write",
    where: "onTick",
    styles: ["throws"],
    act: (_, inside) => (inside.next = () => (inside.state.steps = "many" as never)),
  },
  ...ALL.map((style) => ({
    place: `a timer of its clock that ${style}`,
    where: "timer",
    styles: [style],
    act: (_: unknown, inside: RoughGame) => (inside.next = () => inside.clock.setTimeout(STYLES[style], 1)),
  })),
  { place: "onBeforePatch", where: "broadcastPatch", styles: SYNC, act: nothing },
  {
    place: "authorizeTopic",
    where: "authorizeTopic",
    styles: SYNC,
    act: (room) => assert.rejects(room.publish("chat", { text: "" }), { name: "TOPIC_REFUSED" }),
  },
  { place: "onLeave", where: "onLeave", styles: ALL, act: (room) => room.leave() },
  { place: "onDispose", where: "onDispose", styles: ALL, act: (room) => room.leave() },
  ...["onAuth", "onJoin"].map((place) => ({
    place,
    where: place,
    styles: ALL,
    act: ({ roomId }: OurRoom<typeof Rough>, _: unknown, url: string) =>
      assert.rejects(connect(url).joinById(Rough, roomId, {}), "who may not come in is told so"),
  })),
  {
    place: "viewFor",
    where: "viewFor",
    styles: SYNC,
    act: ({ roomId }, _, url) => connect(url).joinById(Rough, roomId, {}),
  },
  {
    place: "onCreate",
    where: "onCreate",
    styles: ALL,
    act: (_room, _inside, url) => assert.rejects(connect(url).create(Rough, {}), "who wants the room is told so"),
  },
];

describe("[TK20] game code that fails", () => {
  const clock = new ManualClock();
  let host: TestHost;
  let healthy: LabRoom;
  before(async () => {
    const rooms = {
      lab: { type: Lab, room: LabRoom },
      rough: RoughRoom,
      "rough-game": { type: Rough, room: RoughGame },
    };
    host = await startTestHost(defineHost({ rooms, store: { kind: "memory" }, seatHoldSeconds: 3_600 }), { clock });
    const bystander = await pump(clock, connect(host.url).create(Lab, { name: "Bea" }));
    healthy = host.inside(bystander.roomId);
  });
  after(() => host.stop());
  afterEach(() => disarm());

  const faults = (type: string, where: string) =>
    host.metric(`ninelives_faults_total{type="${type}",where="${where}"}`);

  /** Ticks until the fault is counted: the healthy room makes each of them. */
  async function told(type: string, where: string, before: number): Promise<void> {
    await until(`a fault of ${type} in ${where}`, async () => {
      await tick();
      return (await faults(type, where)) > before;
    });
    assert.match(host.logText(), new RegExp(`"roomType":"${type}".*"where":"${where}"`));
    for (let more = 0; more < 5; more++) await tick();
  }

  async function tick(): Promise<void> {
    const from = healthy.tick;
    clock.advance(PERIOD_MS);
    assert.equal(healthy.tick, from + 1, "the healthy room makes every tick");
    await settle();
  }

  /** What is left of the room would fail in the place of the next one. */
  async function end(roomId: string): Promise<void> {
    disarm();
    await pump(clock, host.room(roomId)?.disconnect() ?? Promise.resolve());
  }

  /** Runs it while ticks go on. */
  async function acting(act: unknown): Promise<void> {
    await pump(clock, Promise.resolve(act));
  }

  for (const { place, where, styles, act } of PLAIN) {
    for (const style of styles) {
      it(`a plain room: ${styles.length === 1 ? place : `${place} ${style}`}`, async () => {
        const room = await pump(clock, new Client(host.url).create<RoughState>("rough"));
        room.onMessage("later", nothing);
        const before = await faults("rough", where);
        arm(place, style);
        await acting(act(room, host.url));
        await told("rough", where, before);
        await end(room.roomId);
      });
    }
  }

  for (const style of SYNC) {
    it(`a plain room: its own onUncaughtException ${style}`, async () => {
      const room = await pump(clock, new Client(host.url).create<RoughState>("rough"));
      const before = await faults("rough", "onUncaughtException");
      arm("onUncaughtException", style);
      arm("message", "throws");
      room.send("say");
      await until("it to be counted", async () => (await faults("rough", "onUncaughtException")) > before);
      for (let more = 0; more < 5; more++) await tick();
      await end(room.roomId);
    });
  }

  for (const { place, where, styles, act } of TYPED) {
    for (const style of styles) {
      it(`a typed room: ${styles.length === 1 ? place : `${place} ${style}`}`, async () => {
        const room = await pump(clock, connect(host.url).create(Rough, {}));
        const inside = host.inside<RoughGame>(room.roomId);
        const before = await faults("rough-game", where);
        arm(place, style);
        await acting(act(room, inside, host.url));
        await told("rough-game", where, before);
        await end(room.roomId);
      });
    }
  }
});
