/** Tokens that run out in the middle of a match. The wall clock is set forward; nobody waits for it. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import { Client as StockClient } from "@colyseus/sdk";
import { connect, memorySeatStorage, type Room, type TokenOption } from "@ninelives/client";
import { defineHost } from "@ninelives/server";
import { CODES, NetError } from "@ninelives/shared-schema";
import { Club, ClubRoom, OldRoom } from "../../../test/support/club.ts";
import { ShiftedClock } from "../../../test/support/shifted-clock.ts";
import { startTestHost, type TestHost } from "../../../test/support/test-host.ts";
import { SECRET, tokenOf } from "../../../test/support/tokens.ts";
import { until, within } from "../../../test/support/until.ts";

const HOUR_MS = 3_600_000;

describe("a token that runs out", () => {
  let host: TestHost;
  let clock: ShiftedClock;
  let dir: string;
  before(async () => (dir = await mkdtemp(joinPath(tmpdir(), "ninelives-renewal-"))));
  after(() => rm(dir, { recursive: true }));
  beforeEach(async () => {
    clock = new ShiftedClock();
    const rooms = { club: { type: Club, room: ClubRoom }, old: OldRoom };
    const auth = { secret: SECRET, guests: true };
    host = await startTestHost(defineHost({ rooms, store: { kind: "memory" }, auth }), { clock });
  });
  afterEach(() => host.stop());

  /** As the login gives it out now. */
  const fresh = (userId = "ada") => tokenOf(userId, {}, clock.wallMs());

  async function join(token: TokenOption, keeper?: Room<typeof Club>) {
    const storage = memorySeatStorage();
    const client = connect(host.url, { token, random: () => 0, storage: () => storage });
    const room = await (keeper === undefined ? client.create(Club, {}) : client.joinById(Club, keeper.roomId, {}));
    const told: string[] = [];
    room.connection.onChange(({ to, reason }) => told.push(`${to} ${reason}`));
    const end = () => until("the end", () => room.connection.detail.name === "DISCONNECTED" && told.at(-1));
    return { client, room, told, storage, end };
  }

  const guest = () => connect(host.url).create(Club, {});
  const metric = (code: string) => host.metric(`ninelives_refused_total{type="socket",code="${code}"}`);

  it("[AU6] our client shows a new one and plays on in its seat; what it says meanwhile is done once", async () => {
    let asked = 0;
    const { room, told } = await join(() => (asked++, fresh()));
    const { sessionId } = room;
    clock.shiftMs += HOUR_MS;
    await until("the drop", () => told.length > 0);
    const answer = await within("an answer", room.command("who", {}));
    assert.equal((JSON.parse(answer.auth) as { userId: string }).userId, "ada");
    assert.deepEqual(
      [told, asked, room.sessionId],
      [["RECONNECTING TOKEN_EXPIRED", "CONNECTED RESUMED"], 2, sessionId],
    );
    assert.equal(room.state.left, 0);
    assert.equal(await metric("TOKEN_EXPIRED"), 1);
    clock.shiftMs += HOUR_MS;
    await until("the next time", () => told.length === 4);
    assert.equal(asked, 3);
  });

  it("[AU6] who is away when it runs out shows a new one at the return", async () => {
    const keeper = await guest();
    const { room, told } = await join(fresh, keeper);
    room.session.lifeline.cut();
    clock.shiftMs += HOUR_MS;
    await until("the return", () => room.connection.state === "CONNECTED");
    assert.equal(keeper.state.left, 0);
    assert.equal(told.at(-1), "CONNECTED RESUMED");
  });

  it("[AU6] so does a page that is loaded again", async () => {
    const keeper = await guest();
    const { client, room, storage } = await join(fresh, keeper);
    const kept = storage.load()!;
    room.session.lifeline.abandon();
    storage.save(kept);
    clock.shiftMs += HOUR_MS;
    const again = (await client.resume(Club))!;
    assert.equal(again.sessionId, room.sessionId);
    assert.equal((JSON.parse((await again.command("who", {})).auth) as { userId: string }).userId, "ada");
    assert.equal(keeper.state.left, 0);
  });

  it("[AU6] the next owner of the room knows when it runs out, and whose seat it is", async () => {
    const start = (port = 0) =>
      startTestHost(
        defineHost({
          rooms: { club: { type: Club, room: ClubRoom } },
          store: { kind: "file", dir },
          auth: { secret: SECRET },
        }),
        { clock, port },
      );
    await host.stop();
    host = await start();
    const { port } = host;
    const { room, told } = await join(fresh);
    const before = await room.command("who", {});
    await host.stop();
    host = await start(port);
    await until("the return", () => room.connection.state === "CONNECTED");
    assert.deepEqual(await within("an answer", room.command("who", {})), before);
    assert.ok(!told.join().includes("TOKEN_EXPIRED"));
    clock.shiftMs += HOUR_MS;
    await until("the end of the token", () => told.join().includes("TOKEN_EXPIRED"));
    assert.deepEqual(await within("an answer", room.command("who", {})), before, "the claims of the join");
    await room.leave();
  });

  it("[AU6] who has no other token, an old one, or one of somebody else has lost the seat", async () => {
    const keeper = await guest();
    const old = await fresh();
    const own = await fresh();
    const players = await Promise.all([
      join(old, keeper),
      join(() => old, keeper),
      join(async () => (clock.shiftMs === 0 ? own : fresh("eve")), keeper),
      join(async () => {
        if (clock.shiftMs === 0) return own;
        throw new NetError("UNAUTHORIZED", "signed out of the app");
      }, keeper),
    ]);
    clock.shiftMs += HOUR_MS;
    for (const { told, end, storage } of players) {
      assert.equal(await end(), "DISCONNECTED UNAUTHORIZED");
      assert.equal(told[0], "RECONNECTING TOKEN_EXPIRED");
      assert.equal(storage.load(), undefined);
    }
    assert.equal(keeper.connection.state, "CONNECTED");
    assert.equal(await keeper.command("who", {}).then(({ auth }) => auth), "", "guests have none that could run out");
  });

  it("[AU6] a login that is away for a moment is asked again, and the seat is held meanwhile", async () => {
    let tries = 0;
    const { room, told } = await join(async () => {
      if (clock.shiftMs > 0 && ++tries < 3) throw new Error("no network");
      return fresh();
    });
    clock.shiftMs += HOUR_MS;
    await until("the drop", () => told.length > 0);
    await until("the third try", () => {
      room.session.lifeline.tryNow();
      return room.connection.state === "CONNECTED";
    });
    assert.equal(tries, 3);
    assert.equal(told.at(-1), "CONNECTED RESUMED");
    assert.ok(
      told.slice(1, -1).every((change) => change === "RECONNECTING UNREACHABLE"),
      told.join(),
    );
  });

  it("[AU6] who leaves while a new one is on its way has left", async () => {
    const keeper = await guest();
    const late = Promise.withResolvers<string>();
    const { room, told, end } = await join(() => (clock.shiftMs === 0 ? fresh() : late.promise), keeper);
    clock.shiftMs += HOUR_MS;
    await until("the drop", () => told.length > 0);
    await room.leave();
    assert.equal(await end(), "DISCONNECTED CONSENTED");
    late.resolve(await fresh());
    await until("the seat to be given back", () => keeper.state.left === 1);
    assert.equal(await end(), "DISCONNECTED CONSENTED");
  });

  it("[AU6] a stock client is told SIGNED_OUT, and its seat is free", async () => {
    const stock = new StockClient(host.url);
    stock.auth.token = await fresh();
    const [club, old] = await Promise.all([stock.create("club", {}), stock.create("old", {})]);
    const ends = [club, old].map((room) => new Promise<number>((resolve) => room.onLeave(resolve)));
    const keeper = await connect(host.url).joinById(Club, club.roomId, {});
    clock.shiftMs += HOUR_MS;
    for (const end of ends) assert.equal(await within("the end", end), CODES.SIGNED_OUT.code);
    await until("its seat to be free", () => keeper.state.left === 1);
  });

  it("[AU6] seats that are asked for by hand: not another's, not one that is gone, not without a token", async () => {
    const { room } = await join(fresh);
    const renew = async (roomId: string, body: object, token?: string) => {
      const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const asked = { method: "POST", headers, body: JSON.stringify(body) };
      const answer = await fetch(`${host.url}/matchmake/renew/${roomId}`, asked);
      const { name, details } = (await answer.json()) as { name?: string; details?: { token?: string } };
      return [answer.status, name, details?.token];
    };
    const { roomId, sessionId } = room;
    const [ada, eve] = [await fresh(), await fresh("eve")];
    assert.deepEqual(await renew(roomId, { sessionId }, ada), [200, undefined, undefined]);
    assert.deepEqual(await renew(roomId, { sessionId }, eve), [401, "UNAUTHORIZED", "refused"]);
    assert.deepEqual(await renew(roomId, { sessionId }), [401, "UNAUTHORIZED", "missing"]);
    assert.deepEqual(await renew(roomId, { sessionId: "nobody" }, ada), [410, "SEAT_EXPIRED", undefined]);
    assert.deepEqual(await renew("nowhere", { sessionId }, ada), [410, "SEAT_EXPIRED", undefined]);
    assert.deepEqual(await renew(roomId, {}, ada), [400, "OPTIONS_INVALID", undefined]);
  });
});
