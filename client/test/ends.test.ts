/** How connections and commands end against a real host: each of these ends is brought about, none is pretended. */
import assert from "node:assert/strict";
import { type ClientSocket, connect, type OpenSocket, openWebSocket, type Room } from "@ninelives/client";
import { type CommandHandlers, defineHost, GameRoom } from "@ninelives/server";
import { defineRoomType, LIMITS, type NetError } from "@ninelives/shared-schema";
import { schema, t } from "@colyseus/schema";
import { z } from "zod";
import { HeldStore } from "../../test/support/held-store.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { startTestHost, type TestHost } from "../../test/support/test-host.ts";
import { until, within } from "../../test/support/until.ts";
import { FakePage } from "./connection/fake-page.ts";

const plain = { payload: z.object({ n: z.number() }), result: z.object({ n: z.number() }) };

const ErrandState = schema({ done: t.uint32().default(0) }, "ErrandState");
const Errand = defineRoomType({
  name: "errand",
  tickHz: 60,
  maxPlayers: 8,
  state: ErrandState,
  commands: {
    must: plain,
    aim: { ...plain, policy: "latest" },
    shot: { ...plain, policy: "drop" },
    soon: { ...plain, ttlMs: 1_000 },
    /** Answers with more than half of what is kept of a session's results. */
    read: { payload: z.object({}), result: z.object({ text: z.string() }) },
  },
});

class ErrandRoom extends GameRoom<typeof Errand> {
  readonly ran: string[] = [];
  override readonly commands: CommandHandlers<typeof Errand> = {
    must: (_, { n }, { type }) => this.#run(type, n),
    aim: (_, { n }, { type }) => this.#run(type, n),
    shot: (_, { n }, { type }) => this.#run(type, n),
    soon: (_, { n }, { type }) => this.#run(type, n),
    read: () => ({ text: "x".repeat(LIMITS.resultBytes / 2 + 1) }),
  };

  #run(type: string, n: number): { n: number } {
    this.ran.push(`${type} ${n}`);
    this.state.done++;
    return { n };
  }
}

/** A player whose own time stands still until a test moves it. */
interface Player {
  readonly room: Room<typeof Errand>;
  readonly inside: ErrandRoom;
  readonly clock: ManualClock;
  readonly page: FakePage;
  readonly sockets: ClientSocket[];
  /** `<to> <reason>`. */
  readonly told: string[];
}

const endOf = (answer: Promise<unknown>) =>
  within(
    "the end of a command",
    answer.then(
      (result) => assert.fail(`answered ${JSON.stringify(result)}`),
      (error: NetError) => error.name,
    ),
  );

describe("ends", () => {
  const store = new HeldStore();
  let host: TestHost;
  let ada: Player;
  before(async () => {
    const rooms = { errand: { type: Errand, room: ErrandRoom } };
    host = await startTestHost(defineHost({ rooms, store: { kind: "memory" }, seatHoldSeconds: 30 }), { store });
  });
  after(() => host.stop());
  beforeEach(async () => {
    const [clock, page, sockets, told] = [new ManualClock(), new FakePage(), [] as ClientSocket[], [] as string[]];
    const openSocket: OpenSocket = (...address) => {
      sockets.push(openWebSocket(...address));
      return sockets.at(-1)!;
    };
    const client = connect(host.url, { clock, hints: page, openSocket, random: () => 0.5, liveness: "game" });
    const room = await client.create(Errand, {});
    room.connection.onChange(({ to, reason }) => told.push(`${to} ${reason}`));
    ada = { room, inside: host.inside(room.roomId), clock, page, sockets, told };
  });
  afterEach(() => {
    store.release();
    ada.room.session.lifeline.abandon();
  });

  const goDown = () => ada.page.tell("offline");
  const comeBack = async () => {
    ada.page.tell("online");
    await until("the return", () => ada.room.connection.state === "CONNECTED");
  };
  const taken = () => within("a pong", new Promise<void>((resolve) => ada.room.sdk.ping(() => resolve())));

  it("[CL4] LINK_DEAD: nothing comes any more, and the client is back over a new connection", async () => {
    ada.sockets[0]!.onmessage = () => {};
    ada.clock.advance(2_999);
    assert.deepEqual(ada.told, []);
    ada.clock.advance(1);
    assert.deepEqual(ada.told, ["RECONNECTING LINK_DEAD"]);
    ada.clock.advance(100);
    await until("the return", () => ada.told.at(-1) === "CONNECTED RESUMED");
    assert.equal(ada.sockets.length, 2);
  });

  it("[CL4] LINK_DEAD while a command waits: noticed 1.7 s after it, run once, answered", async () => {
    const [socket] = ada.sockets;
    socket!.onmessage = () => {};
    const answer = ada.room.command("must", { n: 1 });
    await until("the command to run", () => ada.inside.ran.length === 1);
    ada.clock.advance(1_700);
    assert.deepEqual(ada.told, ["RECONNECTING LINK_DEAD"]);
    ada.clock.advance(100);
    assert.deepEqual(await within("the answer", answer), { n: 1 });
    assert.deepEqual(ada.inside.ran, ["must 1"]);
  });

  it("[CL5] OFFLINE: the browser said so; online again, the same seat is played on at once", async () => {
    goDown();
    await comeBack();
    assert.deepEqual(ada.told, ["RECONNECTING OFFLINE", "CONNECTED RESUMED"]);
  });

  it("GAVE_UP: not reached again in the time the seat is held, and what waited has its end", async () => {
    goDown();
    const waiting = endOf(ada.room.command("must", { n: 1 }));
    for (let second = 0; second < 40 && ada.room.connection.state === "RECONNECTING"; second++) {
      ada.clock.advance(1_000);
      const socket = ada.sockets.at(-1)!;
      if (ada.sockets.length > 1) socket.onclose?.({ code: 1006, reason: "" });
    }
    assert.deepEqual(ada.room.connection.detail, { name: "DISCONNECTED", reason: "GAVE_UP" });
    assert.equal(await waiting, "COMMAND_UNANSWERED");
  });

  it("[CMD7] COMMAND_SUPERSEDED: only the newest of its name runs after the return", async () => {
    goDown();
    const [first, second] = [endOf(ada.room.command("aim", { n: 1 })), endOf(ada.room.command("aim", { n: 2 }))];
    const third = ada.room.command("aim", { n: 3 });
    assert.deepEqual(await Promise.all([first, second]), ["COMMAND_SUPERSEDED", "COMMAND_SUPERSEDED"]);
    await comeBack();
    assert.deepEqual(await within("the answer", third), { n: 3 });
    assert.deepEqual(ada.inside.ran, ["aim 3"]);
  });

  it("[CMD7] COMMAND_EXPIRED: its time ran out while the connection was down, and it never runs", async () => {
    goDown();
    const expired = endOf(ada.room.command("soon", { n: 1 }));
    ada.clock.advance(999);
    const inTime = ada.room.command("soon", { n: 2 });
    ada.clock.advance(1);
    assert.equal(await expired, "COMMAND_EXPIRED");
    await comeBack();
    assert.deepEqual(await within("the answer", inTime), { n: 2 });
    assert.deepEqual(ada.inside.ran, ["soon 2"]);
  });

  it("[CMD7] NOT_CONNECTED, COMMAND_UNANSWERED: one that must not wait is refused while down, unknown when cut off", async () => {
    store.hold();
    const cutOff = endOf(ada.room.command("shot", { n: 1 }));
    await taken();
    goDown();
    assert.equal(await cutOff, "COMMAND_UNANSWERED");
    assert.equal(await endOf(ada.room.command("shot", { n: 2 })), "NOT_CONNECTED");
    store.release();
    await comeBack();
    await within("the answer", ada.room.command("must", { n: 3 }));
    assert.deepEqual(await within("the answer", ada.room.command("shot", { n: 4 })), { n: 4 });
    assert.deepEqual(ada.inside.ran, ["shot 1", "must 3", "shot 4"]);
  });

  it("[CMD5] RESULT_GONE: it ran once, and more results than are kept came after it while the player was away", async () => {
    store.hold();
    const answers = [1, 2, 3].map(() => ada.room.command("read", {}));
    const gone = answers.slice(0, 2).map(endOf);
    await taken();
    await until("a tick", () => ada.inside.tick > 0);
    goDown();
    await until("the drop", () => ada.inside.clients.length === 0);
    store.release();
    await comeBack();
    assert.deepEqual(await Promise.all(gone), ["RESULT_GONE", "RESULT_GONE"]);
    assert.equal((await within("the newest answer", answers[2]!)).text.length, LIMITS.resultBytes / 2 + 1);
  });

  it("LEFT: the player left before the answer came", async () => {
    store.hold();
    const unanswered = endOf(ada.room.command("must", { n: 1 }));
    await taken();
    const left = ada.room.leave();
    ada.clock.advance(2_000);
    await within("leave", left);
    assert.equal(await unanswered, "LEFT");
  });
});
