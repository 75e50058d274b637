/** Tokens that rotate, on a real host: our client, the stock SDK, bare sockets, and somebody who has a token of another's. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as openTcp } from "node:net";
import { Client as SdkClient, type Room as SdkRoom } from "@colyseus/sdk";
import {
  connect,
  memorySeatStorage,
  type OpenSocket,
  openWebSocket,
  type Room,
  type SeatStorage,
} from "@ninelives/client";
import { defineHost } from "@ninelives/server";
import { CODES } from "@ninelives/shared-schema";
import { Lab, LabRoom } from "../../../test/support/lab.ts";
import { BoardRoom } from "../../../test/support/plain-room.ts";
import { RawClient } from "../../../test/support/raw-client.ts";
import { clientsAre, cut, vanish } from "../../../test/support/stepped.ts";
import { startTestHost, type TestHost } from "../../../test/support/test-host.ts";
import { settle, until, within } from "../../../test/support/until.ts";

const { SESSION_REVOKED, REPLACED, FAILED_TO_RECONNECT } = CODES;

const tokenIn = (storage: SeatStorage) => (JSON.parse(storage.load()!) as { token: string }).token;
const generationIn = (storage: SeatStorage) => Number.parseInt(tokenIn(storage).split(".")[1]!, 36);

function copyOf(storage: SeatStorage): SeatStorage {
  const copy = memorySeatStorage();
  copy.save(storage.load()!);
  return copy;
}

describe("tokens that rotate", () => {
  let host: TestHost;
  let keeper: Room<typeof Lab>;
  let lab: LabRoom;
  let storage: SeatStorage;
  beforeEach(async () => {
    const rooms = { lab: { type: Lab, room: LabRoom }, board: BoardRoom };
    host = await startTestHost(defineHost({ rooms, store: { kind: "memory" } }));
    keeper = await connect(host.url).create(Lab, { name: "Keeper" });
    lab = host.inside(keeper.roomId);
    storage = memorySeatStorage();
  });
  afterEach(() => host.stop());

  const join = () =>
    connect(host.url, { storage: () => storage, random: () => 0 }).joinById(Lab, keeper.roomId, { name: "Ada" });
  const resume = async (kept: SeatStorage) => (await connect(host.url, { storage: () => kept }).resume(Lab))!;
  const endOf = (room: Room<typeof Lab>) =>
    until("the end", () => room.connection.detail.name === "DISCONNECTED" && room.connection.detail.reason);
  const spent = (end: string, type = "lab") => host.metric(`ninelives_spent_tokens_total{type="${type}",end="${end}"}`);
  const hasLeft = () => lab.trace.some((line) => line.endsWith(" leave"));

  /** Drops and is back; its next return brings another token. */
  async function comeBack(ada: Room<typeof Lab>): Promise<void> {
    cut(ada);
    await until("the return", () => ada.connection.state === "CONNECTED");
    await within("an answer", ada.command("add", { by: 1 }));
  }

  /** Ada's page was loaded again since somebody copied what it had stored. */
  async function robbed() {
    const first = await join();
    await first.command("add", { by: 1 });
    const stolen = copyOf(storage);
    vanish(first);
    storage.save(stolen.load()!);
    const ada = await resume(storage);
    await within("an answer", ada.command("add", { by: 1 }));
    return { ada, stolen };
  }

  it("[SE5][SE10] each return brings another token; the seat, the session and what was said stay", async () => {
    const ada = await join();
    await ada.command("add", { by: 1 });
    const seen = [tokenIn(storage)];
    for (let drop = 0; drop < 3; drop++) {
      await comeBack(ada);
      seen.push(tokenIn(storage));
    }
    assert.equal(new Set(seen).size, 4);
    assert.equal(generationIn(storage), 4);
    for (const token of seen) assert.ok(!host.logText().includes(token.split(".").at(-1)!), "no token in the log");
    assert.ok(!hasLeft());
  });

  /** Joins, comes back, is loaded again, and comes back once more. */
  async function playOverTwoPages(openSocket: OpenSocket): Promise<void> {
    const options = { storage: () => storage, random: () => 0, openSocket };
    const first = await connect(host.url, options).joinById(Lab, keeper.roomId, {});
    await comeBack(first);
    const kept = storage.load()!;
    vanish(first);
    storage.save(kept);
    const second = (await connect(host.url, options).resume(Lab))!;
    await comeBack(second);
  }

  it("[SE10] our client has stored a token before the server hears that it has it, a page that was loaded again too", async () => {
    const sent: string[] = [];
    const openSocket: OpenSocket = (...address) => {
      const socket = openWebSocket(...address);
      const send = socket.send.bind(socket);
      socket.send = (data) => {
        if (data.length === 1 && data[0] === 10) sent.push(storage.load() === undefined ? "" : tokenIn(storage));
        send(data);
      };
      return socket;
    };
    await playOverTwoPages(openSocket);
    assert.deepEqual(
      sent.map((token) => token.split(".")[1] ?? "none"),
      ["none", "2", "3", "4"],
    );
  });

  it("[SE17] our client's addresses have no token, over returns and reloads, and the server says none back", async () => {
    const opened: { readonly url: string; readonly socket: { readonly protocol?: string } }[] = [];
    const openSocket: OpenSocket = (url, subprotocols) => {
      const socket = openWebSocket(url, subprotocols);
      opened.push({ url, socket: socket as never });
      return socket;
    };
    await playOverTwoPages(openSocket);
    assert.equal(opened.length, 4);
    for (const { url } of opened) assert.doesNotMatch(url, /oken|\.[\w-]{43}/);
    assert.deepEqual(
      opened.map(({ socket }) => socket.protocol),
      ["", "ninelives", "ninelives", "ninelives"],
    );
  });

  it("[SE10] a JOIN_ROOM that is lost strands nobody: the same token comes again and again, and brings another next one each time", async () => {
    const first = await RawClient.join(host.url, `joinById/${keeper.roomId}`);
    const told = new Set<string>();
    for (let time = 0; time < 3; time++) {
      const again = await first.again(host.url);
      told.add(again.token);
      again.close();
      await clientsAre(lab, 1);
    }
    assert.equal(told.size, 3);
    await until("the returns", () => lab.trace.filter((line) => line.endsWith(" reconnect")).length === 3);
    const seat = { roomId: first.roomId, sessionId: first.sessionId };
    const [one, other] = [...told] as [string, string];
    const used = await RawClient.comeWith(host.url, { ...seat, reconnectionToken: one });
    await clientsAre(lab, 2);
    const spentNow = await RawClient.comeWith(host.url, { ...seat, reconnectionToken: other });
    assert.equal((await within("a close", spentNow.closed))[0], SESSION_REVOKED.code);
    assert.equal((await within("the end", used.closed))[0], SESSION_REVOKED.code);
  });

  it("[SE12] REPLAYED: who comes with a token that a later page went on from ends the session, for both and for good", async () => {
    const { ada, stolen } = await robbed();
    const current = copyOf(storage);
    await assert.rejects(resume(copyOf(stolen)), { name: "SESSION_REVOKED", code: SESSION_REVOKED.code });
    assert.equal(await endOf(ada), "SESSION_REVOKED");
    assert.equal(storage.load(), undefined);
    await until("onLeave", hasLeft);
    assert.equal(lab.state.players.has(ada.sessionId), false);
    for (const kept of [current, stolen]) await assert.rejects(resume(copyOf(kept)), { name: "SEAT_EXPIRED" });
    assert.equal(await spent("revoked"), 1);
    const lines = host
      .logText()
      .split("\n")
      .filter((line) => line.includes("session revoked"));
    assert.equal(lines.length, 1);
    assert.match(lines[0]!, new RegExp(`"sessionId":"${ada.sessionId}"`));
    for (const kept of [current, stolen]) assert.ok(!host.logText().includes(tokenIn(kept).split(".").at(-1)!));
    assert.deepEqual(await within("an answer", keeper.command("add", { by: 1 })), { count: 3 });
  });

  it("[SE12] … of a player who is away: the seat is given up", async () => {
    const { ada, stolen } = await robbed();
    vanish(ada);
    await clientsAre(lab, 1);
    await assert.rejects(resume(stolen), { name: "SESSION_REVOKED" });
    await until("onLeave", hasLeft);
    assert.equal(lab.state.players.has(ada.sessionId), false);
  });

  it("[SE12] a thief who took the seat with a token that was good loses it when the player's next page comes", async () => {
    const first = await join();
    await first.command("add", { by: 1 });
    const own = copyOf(storage);
    const stolen = copyOf(storage);
    const thief = await resume(stolen);
    assert.equal(await endOf(first), "REPLACED", "its page is told, as of a second tab");
    await within("an answer", thief.command("add", { by: 1 }));
    await assert.rejects(resume(own), { name: "SESSION_REVOKED" });
    assert.equal(await endOf(thief), "SESSION_REVOKED");
  });

  it("[SE10][SE13] a thief who comes as a stock client does, and is turned out by the player's return, has nothing to come again with", async () => {
    const ada = await join();
    await ada.command("add", { by: 1 });
    const { token, roomId, sessionId } = JSON.parse(storage.load()!) as Record<string, string>;
    const thief = await RawClient.comeWith(host.url, {
      roomId: roomId!,
      sessionId: sessionId!,
      reconnectionToken: token!,
    });
    assert.equal((await within("the thief's end", thief.closed))[0], REPLACED.code);
    await until("Ada to be back", () => ada.connection.state === "CONNECTED");
    await within("an answer", ada.command("add", { by: 1 }));
    const again = async (reconnectionToken: string) => {
      const raw = await RawClient.comeWith(host.url, { roomId: roomId!, sessionId: sessionId!, reconnectionToken });
      const [code] = await within("a close", raw.closed);
      assert.equal(raw.frames.length, 0, "nothing was told");
      return code;
    };
    assert.equal(await again(thief.token), REPLACED.code);
    assert.deepEqual(await within("an answer", ada.command("add", { by: 1 })), { count: 3 });
    assert.equal(await again(token!), SESSION_REVOKED.code);
    assert.equal(await endOf(ada), "SESSION_REVOKED");
  });

  it("[SE13] a copy of what the page in the seat had stored before its return is REPLACED, and that page plays on", async () => {
    const ada = await join();
    await ada.command("add", { by: 1 });
    const copy = copyOf(storage);
    await comeBack(ada);
    await assert.rejects(resume(copy), { name: "REPLACED", code: REPLACED.code });
    assert.deepEqual(await within("an answer", ada.command("add", { by: 1 })), { count: 3 });
    assert.equal(ada.connection.state, "CONNECTED");
    assert.deepEqual([await spent("refused"), await spent("revoked")], [1, 0]);
  });

  it("[SE13] a page that resumes twice at once has the seat once, and nothing is revoked", async () => {
    const first = await join();
    await first.command("add", { by: 1 });
    const kept = storage.load()!;
    vanish(first);
    storage.save(kept);
    const client = connect(host.url, { storage: () => storage });
    const both = await Promise.all([client.resume(Lab), client.resume(Lab)]);
    assert.equal(await endOf(both[0]!), "REPLACED");
    assert.deepEqual(await within("an answer", both[1]!.command("add", { by: 1 })), { count: 2 });
    assert.equal(await spent("revoked"), 0);
  });

  it("[SE13] a request that comes late, and whose sender has let it go, ends nothing", async () => {
    const { ada, stolen } = await robbed();
    const { token, roomId, sessionId } = JSON.parse(stolen.load()!) as Record<string, string>;
    const closed = `ninelives_refused_total{type="socket",code="${SESSION_REVOKED.code}"}`;
    const socket = openTcp(host.port, "127.0.0.1");
    const path = `/p/${roomId}?sessionId=${sessionId}&reconnectionToken=${token}`;
    const head = ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"];
    socket.write(
      [`GET ${path} HTTP/1.1`, "Host: x", ...head, `Sec-WebSocket-Key: ${"A".repeat(22)}==`, "", ""].join("\r\n"),
    );
    await within("the refusal", once(socket, "data"));
    assert.equal(await host.metric(closed), 1);
    socket.destroy();
    await settle();
    assert.deepEqual(await within("an answer", ada.command("add", { by: 1 })), { count: 3 });
    assert.equal(await spent("revoked"), 0);
  });

  it("[SE14] a text that was never a token of the seat is SEAT_EXPIRED, and nothing else happens", async () => {
    const { ada, stolen } = await robbed();
    const kept = JSON.parse(stolen.load()!) as { token: string };
    const [session, generation, branch, mac] = kept.token.split(".") as [string, string, string, string];
    const wrong = [`${session}.${generation}.${branch}.${"A".repeat(43)}`, `${session}.9.${branch}.${mac}`, mac, "x"];
    for (const token of wrong) {
      const thief = memorySeatStorage();
      thief.save(JSON.stringify({ ...kept, token }));
      await assert.rejects(resume(thief), { name: "SEAT_EXPIRED" });
    }
    assert.deepEqual(await within("an answer", ada.command("add", { by: 1 })), { count: 3 });
    assert.deepEqual([await spent("refused"), await spent("revoked")], [0, 0]);
  });

  it("[SE16] a session id alone takes no seat that somebody has, or had; a promised one is taken once", async () => {
    const path = (seat: { processId?: string; sessionId: string }) =>
      `${host.url.replace("http", "ws")}/p/${keeper.roomId}?sessionId=${seat.sessionId}`;
    const knock = async (sessionId: string) => {
      const socket = openWebSocket(path({ sessionId }), []);
      return within("a close", new Promise<number>((resolve) => (socket.onclose = ({ code }) => resolve(code))));
    };
    const promised = await fetch(`${host.url}/matchmake/joinById/${keeper.roomId}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    const { sessionId } = (await promised.json()) as { sessionId: string };
    const ada = openWebSocket(path({ sessionId }), []);
    await until("Ada", () => lab.state.players.has(sessionId));
    assert.equal(await knock(sessionId), CODES.WITH_ERROR.code);
    assert.equal(lab.clients.length, 2);
    ada.send(Uint8Array.of(10));
    await keeper.command("add", { by: 1 });
    ada.close();
    await until("the drop", () => lab.trace.some((line) => line.endsWith(" drop")));
    assert.equal(await knock(sessionId), CODES.WITH_ERROR.code);
    assert.ok(!hasLeft(), "it is held for her");
  });

  describe("for a stock client", () => {
    const close = (room: SdkRoom) => room.connection.close(CODES.MAY_TRY_RECONNECT.code);

    async function stock(): Promise<SdkRoom> {
      const room = await new SdkClient(host.url).joinById(keeper.roomId, { name: "Bob" });
      room.reconnection.minUptime = 0;
      return room;
    }

    /** Comes back by itself. */
    async function isBack(room: SdkRoom): Promise<void> {
      const back = new Promise<void>((resolve) => room.onReconnect(() => resolve()));
      close(room);
      await within("the return", back);
      await settle();
    }

    it("[SE10] the SDK comes back by itself, again and again, with the token that came last", async () => {
      const bob = await stock();
      const seen = new Set([bob.reconnectionToken]);
      for (let drop = 0; drop < 3; drop++) {
        await isBack(bob);
        seen.add(bob.reconnectionToken);
      }
      assert.equal(seen.size, 4);
      await bob.leave();
    });

    it("[SE10][SE13] an app's next page takes the seat with what it kept one return ago; with more it is SEAT_EXPIRED, and nothing ends", async () => {
      const bob = await stock();
      const kept = bob.reconnectionToken;
      await isBack(bob);
      const second = await new SdkClient(host.url).reconnect(kept);
      assert.equal(second.sessionId, bob.sessionId);
      second.reconnection.minUptime = 0;
      await isBack(second);
      await isBack(second);
      await assert.rejects(new SdkClient(host.url).reconnect(kept), /expired|gone/);
      assert.deepEqual([await spent("refused"), await spent("revoked")], [1, 0]);
      assert.equal(lab.clients.length, 2);
      await isBack(second);
      await second.leave();
    });

    it("[SE12] the SDK of a player whose token somebody else went on from ends both", async () => {
      const bob = await stock();
      bob.reconnection.enabled = true;
      const thief = await new SdkClient(host.url).reconnect(bob.reconnectionToken);
      thief.reconnection.minUptime = 0;
      await isBack(thief);
      const ended = new Promise<number>((resolve) => thief.onLeave(resolve));
      const { sessionId } = bob;
      const [, token] = bob.reconnectionToken.split(":");
      const late = await RawClient.comeWith(host.url, { roomId: bob.roomId, sessionId, reconnectionToken: token! });
      assert.equal((await within("a close", late.closed))[0], SESSION_REVOKED.code);
      assert.equal(await within("the thief's end", ended), SESSION_REVOKED.code);
      await until("onLeave", hasLeft);
    });

    it("[SE10][SE12] a plain room's tokens rotate as well, and a replay ends its session", async () => {
      const bob = await new SdkClient(host.url).create("board");
      const board = host.inside<BoardRoom>(bob.roomId);
      bob.reconnection.minUptime = 0;
      const [first] = [bob.reconnectionToken.split(":")[1]!];
      await isBack(bob);
      await isBack(bob);
      const ended = new Promise<number>((resolve) => bob.onLeave(resolve));
      const { roomId, sessionId } = bob;
      const late = await RawClient.comeWith(host.url, { roomId, sessionId, reconnectionToken: first });
      assert.equal((await within("a close", late.closed))[0], SESSION_REVOKED.code);
      assert.equal(await within("the end", ended), SESSION_REVOKED.code);
      await until("onLeave", () => board.calls.at(-1) === "leave");
      assert.equal(await spent("revoked", "board"), 1);
      const again = await RawClient.comeWith(host.url, {
        roomId,
        sessionId,
        reconnectionToken: bob.reconnectionToken.split(":")[1]!,
      });
      assert.equal((await within("a close", again.closed))[0], FAILED_TO_RECONNECT.code);
    });

    it("[SE12] a plain room's player who is away, and whose token is replayed, has left", async () => {
      const bob = await new SdkClient(host.url).create("board");
      const board = host.inside<BoardRoom>(bob.roomId);
      bob.reconnection.minUptime = 0;
      const reconnectionToken = bob.reconnectionToken.split(":")[1]!;
      await isBack(bob);
      await isBack(bob);
      bob.reconnection.enabled = false;
      close(bob);
      await until("the drop", () => board.calls.at(-1) === "drop");
      const { roomId, sessionId } = bob;
      const late = await RawClient.comeWith(host.url, { roomId, sessionId, reconnectionToken });
      assert.equal((await within("a close", late.closed))[0], SESSION_REVOKED.code);
      await until("onLeave", () => board.calls.at(-1) === "leave");
      assert.equal(board.state.pieces.size, 0);
    });
  });
});
