/**
 * The contract with Colyseus's matchmaker and room: what `server/src/adapter.ts` (its last pieces), `matchmaking/directory.ts`
 * and `host.ts` rely on beyond the documentation.
 */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import {
  type Client,
  ClientState,
  createAuthContext,
  ErrorCode,
  LocalDriver,
  LocalPresence,
  logger,
  matchMaker,
  Protocol,
  Room,
} from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import {
  advertisePatchRate,
  beforeItIsIn,
  endSession,
  giveUpSeat,
  isHeld,
  readTokensBy,
  releaseReservedSeats,
  reserveAfter,
  reserveIf,
  useLogger,
} from "../src/adapter.ts";
import { admit, admitAccounts, contextOf } from "../src/auth/admission.ts";
import { systemClock } from "../src/system-clock.ts";
import { GuardedTransport } from "../src/socket/transport.ts";
import { RawClient } from "../../test/support/raw-client.ts";
import { startStock, type StockHost } from "../../test/support/stock-host.ts";
import { until, within } from "../../test/support/until.ts";

const Control = schema({ dx: t.int8().default(0) }, "Control");

const PairState = schema({ turn: t.uint32().default(0) }, "PairState");

class Pair extends Room {
  override state = new PairState();
  override maxClients = 2;
  override autoDispose = false;
  readonly calls: string[] = [];
  override onCreate(options: { slow?: boolean }): void {
    this.defineInput(Control, {});
    advertisePatchRate(this, options.slow === true ? 777 : 33);
  }
  override onDrop(_client: Client): void {
    this.calls.push("onDrop");
  }
  override onLeave(): void {
    this.calls.push("onLeave");
  }
  override onJoin(_client: unknown, options: { bad?: boolean }): void {
    if (options.bad === true) throw new Error("not today");
  }
}

class Held extends Pair {
  override onDrop(client: Client): void {
    this.allowReconnection(client, "manual").catch(() => {});
  }
}

class Asked extends Pair {
  override onAuth(client: Client): unknown {
    this.calls.push("onAuth");
    return { knew: client.auth as unknown };
  }
}

class Patient extends Room {
  override state = new PairState();
  override autoDispose = false;
  readonly calls: string[] = [];
  override async onDrop(client: Client): Promise<void> {
    this.calls.push("onDrop");
    await this.allowReconnection(client, 60);
  }
  override onReconnect(): void {
    this.calls.push("onReconnect");
  }
  override onLeave(_client: unknown, code?: number): void {
    this.calls.push(`onLeave ${code}`);
  }
}

describe("adapter: what Colyseus's matchmaker does not promise", () => {
  let host: StockHost;
  before(async () => {
    host = await startStock({ pair: Pair, empty: Pair, held: Held, patient: Patient });
  });
  after(() => host.stop());

  const auth = createAuthContext({ headers: new Headers() });
  const ask = (method: string, target: string) =>
    matchMaker.controller.invokeMethod(method as never, target, {}, auth) as Promise<{ roomId: string }>;
  const refusal = (method: string, target: string) =>
    ask(method, target).then(
      () => assert.fail("not refused"),
      (error: { code: number; message: string }) => error,
    );

  it("advertisePatchRate: a joining client is told what room.patchRate reads", async () => {
    const joined: Buffer[] = [];
    for (const slow of [false, false, true]) {
      const client = await RawClient.join(host.url, "create/pair", { slow });
      joined.push(client.frames.find((frame) => frame[0] === Protocol.JOIN_ROOM)!);
      client.close();
    }
    const sections = joined.map((frame) => frame.subarray(2 + frame[1]!));
    assert.deepEqual(sections[0], sections[1]);
    assert.notDeepEqual(sections[0], sections[2]);
  });

  it("giveUpSeat: a seat that is held is free, and the game is told; one that is not held stays", async () => {
    const ada = await RawClient.join(host.url, "create/held");
    const room = host.room(ada.roomId) as Held;
    giveUpSeat(room, ada.sessionId);
    assert.equal(room.clients.length, 1);
    ada.close();
    await until("the drop", () => isHeld(room, ada.sessionId));
    giveUpSeat(room, "somebody else");
    assert.equal(isHeld(room, ada.sessionId), true);
    giveUpSeat(room, ada.sessionId);
    await until("the end", () => room.calls.includes("onLeave"));
    assert.equal(isHeld(room, ada.sessionId), false);
  });

  it("admitAccounts: the class that is registered is asked with the context it was given, and the instance's own onAuth, too", async () => {
    class Sealed extends Asked {
      override onJoin(client: Client): void {
        admit(client);
        this.calls.push(JSON.stringify(client.auth));
      }
      override async onAuth(client: Client): Promise<unknown> {
        admit(client);
        return super.onAuth(client);
      }
    }
    matchMaker.defineRoomType("sealed", Sealed);
    admitAccounts(Sealed as never, Asked as never);
    const account = { userId: "ada", claims: { sub: "ada" } };
    const context = contextOf(new Headers(), account);
    const seat = await matchMaker.controller.invokeMethod("create", "sealed", {}, context);
    const { roomId, sessionId } = seat as { roomId: string; sessionId: string };
    const socket = new WebSocket(`${host.url.replace("http", "ws")}/p/${roomId}?sessionId=${sessionId}`);
    const { calls } = host.room(roomId) as Asked;
    await until("the join", () => calls.length === 2);
    socket.close();
    assert.deepEqual(calls.slice(0, 2), ["onAuth", JSON.stringify({ knew: account })]);
  });

  it("controller.invokeMethod: its error codes say which stage failed", async () => {
    assert.equal((await refusal("join", "nowhere")).code, ErrorCode.MATCHMAKE_NO_HANDLER);
    assert.equal((await refusal("join", "empty")).code, ErrorCode.MATCHMAKE_INVALID_CRITERIA);
    assert.equal((await refusal("joinById", "nowhere")).code, ErrorCode.MATCHMAKE_INVALID_ROOM_ID);
    const { roomId } = await ask("create", "pair");
    await ask("joinById", roomId);
    const full = await refusal("joinById", roomId);
    assert.deepEqual([full.code, /locked/.test(full.message)], [ErrorCode.MATCHMAKE_INVALID_ROOM_ID, true]);
    const { roomId: other } = await ask("create", "pair");
    const unknown = await refusal("reconnect", other);
    assert.ok(
      [ErrorCode.MATCHMAKE_UNHANDLED, ErrorCode.MATCHMAKE_EXPIRED].includes(unknown.code as never),
      unknown.message,
    );
  });

  it("query: rows carry name, seats, lock and process; a reserved seat counts", async () => {
    const { roomId } = await ask("create", "pair");
    const [row] = await matchMaker.query({ roomId } as never);
    assert.deepEqual(
      [row?.name, row?.clients, row?.maxClients, row?.locked === true, row?.processId],
      ["pair", 1, 2, false, matchMaker.processId],
    );
    await ask("joinById", roomId);
    const [full] = await matchMaker.query({ roomId } as never);
    assert.deepEqual([full?.clients, full?.locked], [2, true]);
    assert.equal(matchMaker.getLocalRoomById(roomId).roomId, roomId);
    assert.equal(matchMaker.getLocalRoomById("nowhere"), undefined);
  });

  it("stats.local: rooms and joined players of this process", async () => {
    const before = { ...matchMaker.stats.local };
    const client = await RawClient.join(host.url, "create/pair");
    assert.deepEqual(
      [matchMaker.stats.local.roomCount - before.roomCount, matchMaker.stats.local.ccu - before.ccu],
      [1, 1],
    );
    client.close();
    await until("the player's leave", () => matchMaker.stats.local.ccu === before.ccu);
  });

  it("allowReconnection: refused for a client that never joined, whose onJoin threw; onDrop and onLeave run for it", async () => {
    const { roomId } = await ask("create", "pair");
    const room = host.room(roomId) as Pair;
    await assert.rejects(within("a refusal", RawClient.join(host.url, `joinById/${roomId}`, { bad: true })));
    await until("both hooks", () => room.calls.length === 2);
    assert.deepEqual(room.calls, ["onDrop", "onLeave"]);
  });

  it("releaseReservedSeats: a room with a seat that was never taken ends as soon as its last player is out", async () => {
    const client = await RawClient.join(host.url, "create/pair");
    await ask("joinById", client.roomId);
    const room = host.room(client.roomId);
    releaseReservedSeats(room);
    assert.equal(room.hasReachedMaxClients(), false);
    await within("the room's end", room.disconnect(), 2_000);
    assert.equal(matchMaker.getLocalRoomById(client.roomId), undefined);
  });

  it("[FLT8] reserveAfter: whoever asks for a seat waits for what it says", async () => {
    const client = await RawClient.join(host.url, "create/pair");
    const gate = Promise.withResolvers<void>();
    const asked: string[] = [];
    reserveAfter(host.room(client.roomId), (sessionId) => {
      asked.push(sessionId);
      return asked.length === 1 ? gate.promise : undefined;
    });
    let first: unknown;
    const waiting = ask("joinById", client.roomId).catch((error: Error) => (first = error.message));
    await until("the first to ask", () => asked.length === 1);
    await ask("joinById", client.roomId);
    gate.resolve();
    await waiting;
    assert.match(String(first), /already full/, "the second, who waited for nothing, has the seat");
    assert.equal(new Set(asked).size, 2);
    client.close();
  });

  it("[DG7] reserveIf: whom it says no to finds the room full; a seat that is held for who was dropped is not asked about", async () => {
    const client = await RawClient.join(host.url, "create/pair");
    const room = host.room(client.roomId);
    const asked: string[] = [];
    let may = false;
    reserveIf(room, (sessionId) => {
      asked.push(sessionId);
      return may;
    });
    assert.match((await refusal("joinById", client.roomId)).message, /already full/);
    assert.equal(asked.length, 1);
    const held = room.allowReconnection(room.clients[0]!, "manual");
    assert.equal(asked.length, 1);
    held.catch(() => {});
    held.reject(false);
    may = true;
    assert.equal((await ask("joinById", client.roomId)).roomId, client.roomId);
    client.close();
  });

  it("[DG5] beforeItIsIn: a client is JOINED when its whole state is made, and what it is told before waits behind that", async () => {
    const joining = Promise.withResolvers<void>();
    const states: number[] = [];
    const client = await RawClient.knock(host.url, "create/pair");
    const room = host.room(client.roomId);
    const serializer = (
      room as unknown as { _serializer: { getFullState(client: Client, timing: object): Uint8Array } }
    )._serializer;
    const whole = serializer.getFullState.bind(serializer);
    serializer.getFullState = (who, timing) => {
      states.push(who.state);
      beforeItIsIn(who, () => {
        states.push(who.state);
        who.send("early", 1);
      });
      states.push(who.state);
      joining.resolve();
      return whole(who, timing);
    };
    await within("the whole state", joining.promise);
    assert.deepEqual(states, [ClientState.JOINED, ClientState.JOINING, ClientState.JOINED]);
    await until("both", () => client.frames.some((frame) => frame[0] === Protocol.ROOM_DATA));
    const kinds = client.frames.map((frame) => frame[0]! & 0x1f);
    assert.ok(kinds.indexOf(Protocol.ROOM_STATE) < kinds.indexOf(Protocol.ROOM_DATA), kinds.join());
    client.close();
  });

  it("clients are in room.clients while onJoin waits, and JOINED only after their answer", async () => {
    const client = await RawClient.join(host.url, "create/pair");
    assert.equal(host.room(client.roomId).clients[0]!.state, ClientState.JOINED);
    client.close();
  });

  it("[SE10] readTokensBy: a seat that is held is taken with what stands for its token, in the room's words", async () => {
    const client = await RawClient.join(host.url, "create/patient");
    const room = host.room(client.roomId) as Patient;
    const { token } = client;
    const hasReservedSeat = room.hasReservedSeat.bind(room);
    const read = (text: string) => (text === "open-sesame" ? token : "");
    room.hasReservedSeat = (sessionId, text) => hasReservedSeat(sessionId, read(text!));
    const came: string[] = [];
    readTokensBy(room, ({ sessionId }, text) => {
      came.push(`${sessionId} ${text}`);
      return read(text);
    });
    client.close();
    await until("the drop", () => room.calls.length === 1);
    const { roomId, sessionId } = client;
    const again = await RawClient.comeWith(host.url, { roomId, sessionId, reconnectionToken: "open-sesame" });
    await until("the return", () => room.calls.length === 2);
    assert.deepEqual([room.calls, came], [["onDrop", "onReconnect"], [`${sessionId} open-sesame`]]);
    again.close();
  });

  it("[SE12] endSession: who is in leaves with the code, who is away has no seat any more", async () => {
    const client = await RawClient.join(host.url, "create/patient");
    const room = host.room(client.roomId) as Patient;
    room.onDrop = undefined as never;
    endSession(room, client.sessionId, client.token, 4_444);
    assert.equal((await within("a close", client.closed))[0], 4_444);
    assert.deepEqual([room.calls, room.clients.length], [["onLeave 4444"], 0]);
    delete (room as { onDrop?: unknown }).onDrop;
    const other = await RawClient.join(host.url, `joinById/${client.roomId}`);
    other.close();
    await until("the drop", () => room.calls.length === 2);
    endSession(room, other.sessionId, other.token, 4_444);
    await until("the leave", () => room.calls.length === 3);
    assert.equal(room.hasReservedSeat(other.sessionId, other.token), false);
  });

  it("useLogger: the logger comes from the options of new Server(...); setup and accept may follow a shutdown", async () => {
    await host.stop();
    const lines: string[] = [];
    const line = (...args: unknown[]) => void lines.push(args.join(" "));
    const nothing = {} as never;
    const heartbeat = { everyMs: 60_000, deadAfterMs: 60_000 };
    const services = {
      server: createServer(),
      logger: nothing,
      metrics: nothing,
      clock: systemClock,
      heartbeat,
      whereabouts: nothing,
      limits: nothing,
      greet: () => undefined,
    };
    const transport = new GuardedTransport(services);
    const backend = { presence: new LocalPresence(), driver: new LocalDriver() };
    useLogger({ debug: line, error: line, info: line, trace: line, warn: line }, { transport, ...backend });
    logger.info("a line of Colyseus");
    assert.deepEqual(lines, ["a line of Colyseus"]);
    await matchMaker.accept();
    assert.equal(matchMaker.state, matchMaker.MatchMakerState.READY);
    await matchMaker.gracefullyShutdown();
    host = await startStock({ pair: Pair });
  });
});
