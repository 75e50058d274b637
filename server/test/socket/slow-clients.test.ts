/**
 * Players who stop reading, over real sockets: what they miss, what the others do not, and what they have when they read again. The
 * room ticks when the test says so.
 */
import assert from "node:assert/strict";
import { type Client, Protocol, Room } from "@colyseus/core";
import { schema, StateView, t } from "@colyseus/schema";
import { Client as StockClient, type Room as StockRoom } from "@colyseus/sdk";
import { connect } from "@ninelives/client";
import { type CommandHandlers, defineHost, GameRoom } from "@ninelives/server";
import { CODES, defineRoomType, LIMITS } from "@ninelives/shared-schema";
import { after, before, describe, it } from "mocha";
import type WebSocket from "ws";
import { z } from "zod";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { type Pausable, startPausable } from "../../../test/support/pausable.ts";
import { RawClient } from "../../../test/support/raw-client.ts";
import { pump, startTestHost, type TestHost } from "../../../test/support/test-host.ts";
import { settle, until, within } from "../../../test/support/until.ts";
import { isBehind } from "../../src/socket/backlog.ts";

const PERIOD_MS = 20;
/** What a tick adds to a patch: the kernel has room for some MB. */
const NOISE_CHARS = 60_000;

const Unit = schema({ x: t.uint32().default(0), secret: t.string().default("").view() }, "Unit");
type Unit = InstanceType<typeof Unit>;
const FieldState = schema(
  {
    turn: t.uint32().default(0),
    noise: t.string().default(""),
    units: t.map(Unit),
    order: t.array("uint32"),
    hidden: t.string().default("").view(),
  },
  "FieldState",
);
type FieldState = InstanceType<typeof FieldState>;

/** Units come, change and go; what is in order is shifted. */
function churn(state: FieldState): void {
  const turn = ++state.turn;
  state.noise = String.fromCharCode(97 + (turn % 26)).repeat(NOISE_CHARS);
  state.hidden = `hidden ${turn}`;
  state.units.set(`u${turn}`, new Unit().assign({ x: turn, secret: `secret ${turn}` }));
  if (turn > 3) state.units.delete(`u${turn - 3}`);
  const moved = state.units.get(`u${turn - 1}`);
  if (moved !== undefined && turn % 3 === 0) moved.x += 1_000;
  state.order.unshift(turn);
  if (state.order.length > 5) state.order.pop();
}

const Field = defineRoomType({
  name: "field",
  tickHz: 1000 / PERIOD_MS,
  maxPlayers: 8,
  state: FieldState,
  input: schema({ dx: t.int8().default(0) }, "FieldInput"),
  commands: { say: { payload: z.object({ text: z.string() }), result: z.object({ turn: z.number() }) } },
  events: { said: z.object({ text: z.string() }) },
});

class FieldRoom extends GameRoom<typeof Field> {
  busy = false;
  override readonly commands: CommandHandlers<typeof Field> = {
    say: (_client, { text }) => {
      this.emit("said", { text });
      return { turn: this.state.turn };
    },
  };

  /** Each player sees the newest unit's secret, and what is hidden in the root. */
  override onJoin(client: Client): void {
    client.view = new StateView();
    client.view.add(this.state);
  }

  override onTick(): void {
    for (const { sessionId } of this.clients) for (const _ of this.inputs.get(sessionId));
    if (!this.busy) return;
    churn(this.state);
    const { turn, units } = this.state;
    for (const { view } of this.clients) {
      const before = units.get(`u${turn - 1}`);
      if (before !== undefined) view?.remove(before);
      view?.add(units.get(`u${turn}`)!);
    }
  }
}

/** Unedited Colyseus, and what it says to its players besides patches cannot be left out. */
class PlainField extends Room<{ state: FieldState }> {
  override state = new FieldState();
  override patchRate = 1e9;
  override messages = {
    echo: (client: Client, text: string) => client.send("echo", text),
  };
  override async onDrop(client: Client): Promise<void> {
    await this.allowReconnection(client, 60);
  }

  next(): void {
    churn(this.state);
    this.broadcastPatch();
  }
}

describe("players who do not read", () => {
  const clock = new ManualClock();
  let host: TestHost;
  let relay: Pausable;
  before(async () => {
    const rooms = { field: { type: Field, room: FieldRoom }, plain: PlainField };
    host = await startTestHost(defineHost({ rooms, store: { kind: "memory" } }), { clock });
    relay = await startPausable(host.port);
  });
  after(async () => {
    relay.stop();
    await host.stop();
  });

  const ticks = async (count = 1) => {
    for (let tick = 0; tick < count; tick++) {
      clock.advance(PERIOD_MS);
      await settle();
    }
  };
  const socketOf = (room: Room, sessionId: string) => room.clients.get(sessionId)!.ref as unknown as WebSocket;
  const untilBehind = async (socket: object, next: () => Promise<void>) => {
    for (let patches = 0; !isBehind(socket); patches++) {
      assert.ok(patches < 1_000, "the socket takes everything");
      await next();
    }
  };
  /** What a player may see of the state. */
  const seenBy = (state: FieldState, secrets: boolean) => {
    const { units, hidden, ...rest } = state.toJSON() as { units: Record<string, Partial<Unit>>; hidden?: string };
    const newest = `u${state.turn}`;
    const shown = Object.entries(units).map(([key, { x, secret }]) => [
      key,
      secrets && key === newest ? [x, secret] : [x],
    ]);
    return { ...rest, ...(secrets ? { hidden } : {}), units: Object.fromEntries(shown) as object };
  };

  it("[SL1] [SL2] a stock player of a plain room misses patches, others do not, and has the live state when it reads again", async () => {
    const slow: StockRoom = await new StockClient(relay.url).create("plain");
    const quick = await new StockClient(host.url).joinById<FieldState>(slow.roomId);
    const room = host.inside<PlainField>(slow.roomId);
    await until("both states", () => slow.state !== undefined && quick.state.turn === 0);
    const serverSide = socketOf(room, slow.sessionId);
    let patches = 0;
    quick.onStateChange(() => patches++);
    relay.pause();
    const next = async () => {
      room.next();
      await settle(1);
    };
    await untilBehind(serverSide, next);
    const waiting = serverSide.bufferedAmount;
    for (let more = 0; more < 30; more++) await next();
    assert.equal(serverSide.bufferedAmount, waiting);
    assert.ok(waiting < LIMITS.slowBytes + 2 * NOISE_CHARS);
    await until("the patches of the other one", () => quick.state.turn === room.state.turn);
    assert.ok(patches >= room.state.turn);
    assert.ok((await host.metric('ninelives_patches_skipped_total{type="plain"}')) >= 30);
    relay.resume();
    await until("an empty socket", () => serverSide.bufferedAmount === 0);
    for (let more = 0; more < 3; more++) await next();
    const live = seenBy(room.state, false);
    await until("the last patch", () => (slow.state as FieldState).turn === room.state.turn);
    assert.deepEqual(seenBy(slow.state as FieldState, false), live);
    await until("the last patch", () => quick.state.turn === room.state.turn);
    assert.deepEqual(seenBy(quick.state, false), live);
    assert.equal(await host.metric('ninelives_resyncs_total{type="plain"}'), 1);
    await Promise.all([slow.leave(), quick.leave()]);
  });

  for (const sdk of ["our client", "a stock client"] as const) {
    it(`[SL2] [SL3] ${sdk} in a room with inputs and views has the live state when it reads again, and what it was told`, async () => {
      const ours = sdk === "our client" ? await pump(clock, connect(relay.url).create(Field, {})) : undefined;
      const player = ours?.sdk ?? (await pump(clock, new StockClient(relay.url).create<FieldState>("field")));
      const room = host.inside<FieldRoom>(player.roomId);
      const said: string[] = [];
      const seenThen: number[] = [];
      ours?.on("said", ({ text }) => {
        said.push(text);
        seenThen.push(ours.state.turn);
      });
      if (ours === undefined) player.onMessage("said", () => {});
      await until("the state", () => (player.state as FieldState | undefined)?.turn === 0);
      const serverSide = socketOf(room, player.sessionId);
      room.busy = true;
      await ticks(2);
      relay.pause();
      await untilBehind(serverSide, ticks);
      const waiting = serverSide.bufferedAmount;
      for (let more = 0; more < 20; more++) {
        room.emit("said", { text: `turn ${room.state.turn}` }, room.clients[0]);
        await ticks();
      }
      const { turn } = room.state;
      assert.equal(room.clients[0]!.view!.changes.size, 0, "what a view has to catch up with piles up");
      if (ours !== undefined) assert.equal(serverSide.bufferedAmount, waiting);
      relay.resume();
      await until("an empty socket", async () => {
        await ticks();
        return serverSide.bufferedAmount === 0 && !isBehind(serverSide);
      });
      await ticks(3);
      room.busy = false;
      await ticks();
      await until("the last patch", () => (player.state as FieldState).turn === room.state.turn);
      assert.deepEqual(seenBy(player.state as FieldState, true), seenBy(room.state, true));
      const units = [...(player.state as FieldState).units];
      const shown = units.filter(([, { secret }]) => secret !== undefined).map(([key]) => key);
      assert.deepEqual(shown, [`u${room.state.turn}`]);
      if (ours !== undefined) {
        await until("what was told", () => said.length === 20);
        assert.deepEqual(
          said,
          Array.from({ length: 20 }, (_, index) => `turn ${turn - 20 + index}`),
        );
        for (const seen of seenThen) assert.ok(seen >= turn, "told before the state");
        assert.ok((await pump(clock, ours.command("say", { text: "back" }))).turn > 0);
      }
      await pump<unknown>(clock, ours === undefined ? player.leave() : ours.leave());
    });
  }

  it("[SL4] one that stays behind is closed, with a code its SDK comes back from, and its seat is held; pongs do not help", async () => {
    const keeper = await pump(clock, connect(host.url).create(Field, {}));
    const room = host.inside<FieldRoom>(keeper.roomId);
    const player = await pump(clock, RawClient.join(host.url, `joinById/${keeper.roomId}`));
    await ticks();
    const serverSide = socketOf(room, player.sessionId);
    room.busy = true;
    player.socket.pause();
    await untilBehind(serverSide, ticks);
    const before = await host.metric('ninelives_slow_closed_total{why="time"}');
    for (let elapsedMs = 0; elapsedMs < LIMITS.slowMs; elapsedMs += PERIOD_MS) {
      player.socket.pong();
      await ticks();
    }
    room.busy = false;
    assert.equal(await host.metric('ninelives_slow_closed_total{why="time"}'), before + 1);
    player.socket.resume();
    const [code, reason] = await within("the end", player.closed);
    assert.deepEqual([code, reason], [CODES.MAY_TRY_RECONNECT.code, `retry-after-ms=${LIMITS.slowRetryMs}`]);
    await until("the drop", () => !room.clients.some(({ sessionId }) => sessionId === player.sessionId));
    const back = await pump(clock, player.again(host.url));
    await ticks();
    assert.equal(back.decode(new FieldState()).turn, room.state.turn);
    back.close();
    await pump(clock, keeper.leave());
  });

  it("[SL4] our client that stays behind is closed with SLOW, and comes back when it reads", async () => {
    const player = await pump(clock, connect(relay.url, { random: () => 0 }).create(Field, {}));
    const changes: string[] = [];
    player.connection.onChange(({ to, reason }) => changes.push(`${to} ${reason}`));
    const room = host.inside<FieldRoom>(player.roomId);
    await ticks();
    const serverSide = socketOf(room, player.sessionId);
    room.busy = true;
    relay.pause();
    await untilBehind(serverSide, ticks);
    await ticks(LIMITS.slowMs / PERIOD_MS);
    room.busy = false;
    relay.resume();
    await until("the return", async () => {
      await ticks();
      return changes.length === 2;
    });
    assert.deepEqual(changes, ["RECONNECTING SLOW", "CONNECTED RESUMED"]);
    await until("the state", async () => {
      await ticks();
      return player.state.turn === room.state.turn;
    });
    await pump(clock, player.leave());
  });

  it("[SL4] one that asks for echoes and does not read is cut off, and lets go of what waited", async () => {
    const player = await RawClient.join(host.url, "create/plain");
    const room = host.inside<PlainField>(player.roomId);
    const serverSide = socketOf(room, player.sessionId);
    const echo = Buffer.concat([
      Buffer.from([Protocol.ROOM_DATA, 0xa4]),
      Buffer.from("echo"),
      Buffer.from([0xda, 0x0f, 0x00]),
      Buffer.alloc(0x0f00, "x"),
    ]);
    player.socket.pause();
    let most = 0;
    await until("the end of it", async () => {
      for (let more = 0; more < 20; more++) player.socket.send(echo);
      await settle(2);
      most = Math.max(most, serverSide.bufferedAmount);
      return serverSide.readyState > 1;
    });
    assert.ok(most < LIMITS.slowHardBytes + 64 * 1024, `${most} bytes waited`);
    clock.advance(LIMITS.slowCloseMs);
    await until("the drop", () => room.clients.length === 0);
    assert.ok((await host.metric('ninelives_slow_closed_total{why="bytes"}')) >= 1);
    player.socket.resume();
    player.close();
  });

  it("[SL6] one that never says that it is in is closed when too much waits for it", async () => {
    const keeper = await RawClient.join(host.url, "create/plain");
    const room = host.inside<PlainField>(keeper.roomId);
    const silent = await RawClient.knock(host.url, `joinById/${keeper.roomId}`);
    silent.socket.removeAllListeners("message");
    await until("its seat", () => room.clients.length === 2);
    const serverSide = socketOf(room, silent.sessionId);
    for (let said = 0; said < 300; said++) room.broadcast("news", "x".repeat(4_000));
    room.next();
    assert.ok(serverSide.readyState > 1);
    await until("the drop", () => room.clients.length === 1);
    keeper.close();
  });
});
