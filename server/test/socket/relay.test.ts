/** Connections that are passed on: two real TCP ends, and what each hears of the other. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttp, type IncomingMessage, type Server as HttpServer } from "node:http";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { systemClock } from "../../src/system-clock.ts";
import { Relays } from "../../src/socket/relay.ts";
import { freePort } from "../../../test/support/redis.ts";
import { until, within } from "../../../test/support/until.ts";

const REQUEST = ["GET /p/r?sessionId=s HTTP/1.1", "Host: play.example", "X-Odd: a,  b", "Upgrade: websocket"];

describe("a connection that is passed on", () => {
  let relays: Relays;
  /** The process with the room. */
  let owner: Server;
  let taken: Socket[];
  /** The process that was asked. */
  let front: HttpServer;
  let begun: boolean[];
  /** The player goes as soon as it was begun. */
  let isHasty: boolean;
  let inner: string;
  /** Both ends of their connections. */
  const players: Socket[] = [];
  beforeEach(async () => {
    relays = new Relays(systemClock);
    [taken, begun, isHasty] = [[], [], false];
    owner = createServer({ allowHalfOpen: true }, (socket) => taken.push(socket.on("error", () => {})));
    owner.listen(0, "127.0.0.1");
    await once(owner, "listening");
    inner = `127.0.0.1:${(owner.address() as AddressInfo).port}`;
    front = createHttp();
    front.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
      socket.on("error", () => {});
      players.push(socket);
      void relays.begin(request, socket, head, inner).then((ok) => begun.push(ok));
      if (isHasty) socket.destroy();
    });
    front.listen(0, "127.0.0.1");
    await once(front, "listening");
  });
  afterEach(async () => {
    relays.close();
    for (const socket of [...players.splice(0), ...taken]) socket.destroy();
    await Promise.all([owner, front].map((server) => new Promise((resolve) => server.close(resolve))));
  });

  /** A player who asks; `more` headers, and bytes right behind the request. */
  function ask(more: readonly string[] = [], behind = ""): Socket {
    const { port } = front.address() as AddressInfo;
    const player = connect({ port, host: "127.0.0.1", allowHalfOpen: true }).on("error", () => {});
    player.write([...REQUEST, "Connection: Upgrade", ...more, "", behind].join("\r\n"));
    players.push(player);
    return player;
  }

  /** Everything the socket hears, as it comes. */
  function hear(socket: Socket): { text: () => string; ended: Promise<unknown> } {
    let text = "";
    socket.setEncoding("latin1").on("data", (chunk: string) => (text += chunk));
    return { text: () => text, ended: within("its end", once(socket, "end")) };
  }

  const passedOn = () => until("the other side", () => taken[0]);

  it("[MOV7] brings the request as it was, says who it is from, and loses nothing that came right behind it", async () => {
    ask(["X-Forwarded-For: 10.9.8.7"], "first bytes");
    const { text } = hear(await passedOn());
    const lines = await until("all of it", () => text().endsWith("first bytes") && text().split("\r\n"));
    assert.deepEqual(lines, [
      ...REQUEST,
      "Connection: Upgrade",
      "x-forwarded-for: 10.9.8.7, 127.0.0.1",
      "ninelives-relayed: 1",
      "",
      "first bytes",
    ]);
    assert.deepEqual([begun, relays.count], [[true], 1]);
  });

  it("[MOV7] carries megabytes in order, both ways at once", async () => {
    const player = ask();
    const other = await passedOn();
    const size = 8 * 1024 * 1024;
    const block = Buffer.from(Array.from({ length: size }, (_, index) => (index * 31) % 251));
    const chunks = new Map<Socket, Buffer[]>([player, other].map((socket) => [socket, []]));
    for (const [socket, heard] of chunks) socket.on("data", (chunk: Buffer) => heard.push(chunk));
    player.write(block);
    other.write(block);
    const bytes = (socket: Socket) => chunks.get(socket)!.reduce((sum, { length }) => sum + length, 0);
    const head = () => Buffer.concat(chunks.get(other)!.slice(0, 2)).indexOf("\r\n\r\n") + 4;
    await until("both", () => bytes(player) === size && bytes(other) === size + head(), 10_000);
    const [down, up] = [player, other].map((socket) => Buffer.concat(chunks.get(socket)!)) as [Buffer, Buffer];
    assert.ok(up.subarray(head()).equals(block));
    assert.ok(down.equals(block));
  });

  it("[MOV7] the owner's last words arrive, then the player's connection ends", async () => {
    const player = ask();
    const other = await passedOn();
    const heard = hear(player);
    other.end("closed, 4003");
    await heard.ended;
    assert.equal(heard.text(), "closed, 4003");
    player.end();
    await until("nothing to be left", () => relays.count === 0);
  });

  it("[MOV7] the player's last words arrive, then the owner's connection ends", async () => {
    const player = ask();
    const other = await passedOn();
    const heard = hear(other);
    player.end("goodbye");
    await heard.ended;
    assert.match(heard.text(), /goodbye$/);
    other.end();
    await until("nothing to be left", () => relays.count === 0);
  });

  it("[MOV7] a side that is torn off takes the other with it", async () => {
    for (const tear of ["player", "owner"] as const) {
      taken.length = 0;
      const player = ask();
      const other = await passedOn();
      await until("it to be counted", () => relays.count === 1);
      const [torn, left] = tear === "player" ? [player, other] : [other, player];
      left.resume();
      const closed = once(left, "end");
      torn.resetAndDestroy();
      await within(`the end of the other side: ${tear}`, Promise.race([closed, once(left, "close")]));
      left.destroy();
      await until("nothing to be left", () => relays.count === 0);
    }
  });

  it("[MOV10] is not passed on once more", async () => {
    ask(["ninelives-relayed: 1"]);
    await until("the answer", () => begun.length === 1);
    assert.deepEqual([begun, taken.length, relays.count], [[false], 0, 0]);
  });

  it("[MOV10] nobody at the other end: known at once, and the socket can still be answered", async () => {
    inner = `127.0.0.1:${await freePort()}`;
    const player = ask();
    await until("the answer", () => begun.length === 1);
    assert.deepEqual([begun, relays.count, player.destroyed], [[false], 0, false]);
  });

  it("[MOV10] a player who goes while it is begun leaves nothing", async () => {
    isHasty = true;
    ask();
    await until("the answer", () => begun.length === 1);
    assert.deepEqual([begun, relays.count], [[false], 0]);
  });

  it("close() ends every one of them", async () => {
    const all = [ask(), ask()];
    await until("both", () => taken.length === 2 && begun.length === 2);
    const ends = all.map((player) => within("its end", once(player.resume(), "close")));
    for (const player of all) player.once("end", () => player.end());
    relays.close();
    await Promise.all(ends);
    await until("nothing to be left", () => relays.count === 0);
  });
});
