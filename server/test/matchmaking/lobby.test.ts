/** The list of rooms as pages see it that only watch: by itself on a clock moved by hand, and over HTTP with real rooms. */
import assert from "node:assert/strict";
import { connect } from "@ninelives/client";
import { defineHost } from "@ninelives/server";
import { LIMITS } from "@ninelives/shared-schema";
import type { RoomRow } from "../../src/matchmaking/directory.ts";
import { Lobby, type LobbyNews } from "../../src/matchmaking/lobby.ts";
import { Lab, LabRoom } from "../../../test/support/lab.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { startTestHost } from "../../../test/support/test-host.ts";
import { settle, until } from "../../../test/support/until.ts";

const row = (roomId: string, players = 1): RoomRow => ({
  roomId,
  type: "lab",
  players,
  maxPlayers: 4,
  processId: "p",
});

describe("the lobby", () => {
  let clock: ManualClock;
  let rows: RoomRow[];
  let isAway: boolean;
  let reads: number;
  let faults: unknown[];
  let lobby: Lobby;
  beforeEach(() => {
    clock = new ManualClock();
    [rows, isAway, reads, faults] = [[row("a")], false, 0, []];
    lobby = new Lobby({
      rooms: async () => {
        reads++;
        if (isAway) throw new Error("no directory");
        return rows;
      },
      clock,
      name: "p-1",
      onFault: (error) => faults.push(error),
    });
  });

  function watch(lastId?: string): { news: LobbyNews[]; stop: () => void } {
    const news: LobbyNews[] = [];
    return { news, stop: lobby.watch(lastId, (one) => news.push(one))! };
  }
  const look = async () => {
    clock.advance(LIMITS.lobbyMs);
    await settle(1);
  };
  const ids = (news: readonly LobbyNews[]) => news.map((one) => ("id" in one ? one.id : one.kind));

  it("[LOB1] tells the whole list, then what changes, and nothing when nothing does", async () => {
    const { news } = watch();
    await settle(1);
    rows = [row("a", 2), row("b")];
    await look();
    await look();
    rows = [row("b")];
    await look();
    assert.deepEqual(news, [
      { kind: "rooms", id: "p-1-1", rooms: [row("a")] },
      { kind: "changes", id: "p-1-2", rooms: [row("a", 2), row("b")], gone: [] },
      { kind: "changes", id: "p-1-3", rooms: [], gone: ["a"] },
    ]);
  });

  it("[LOB2] a thousand watchers cost one read a second, and none cost none", async () => {
    const stops = Array.from({ length: 1_000 }, () => watch().stop);
    await settle(1);
    for (let second = 0; second < 5; second++) await look();
    assert.equal(reads, 6);
    for (const stop of stops) stop();
    for (let second = 0; second < 5; second++) await look();
    assert.equal(reads, 6);
    assert.equal(clock.waiting, 0);
  });

  it("[LOB3] who comes again gets what it missed; who missed more than is kept, or comes from elsewhere, the whole list", async () => {
    const first = watch();
    await settle(1);
    for (let players = 2; players < 5; players++) {
      rows = [row("a", players)];
      await look();
    }
    assert.deepEqual(ids(watch("p-1-2").news), ["p-1-3", "p-1-4"]);
    assert.deepEqual(ids(watch("p-1-4").news), []);
    for (const other of ["p-2-2", "p-1-9", "p-1-", "p-1-2x", ""])
      assert.deepEqual(watch(other).news, [{ kind: "rooms", id: "p-1-4", rooms: [row("a", 4)] }], other);
    for (let change = 0; change < LIMITS.lobbyChanges; change++) {
      rows = [row("a", change % 2)];
      await look();
    }
    assert.deepEqual(
      watch("p-1-3").news.map(({ kind }) => kind),
      ["rooms"],
    );
    assert.equal(watch("p-1-4").news.length, LIMITS.lobbyChanges);
    assert.equal(first.news.length, 4 + LIMITS.lobbyChanges);
  });

  it("[LOB3] a watcher that comes when nobody has watched for a while sees the list of now", async () => {
    const first = watch();
    await settle(1);
    first.stop();
    rows = [row("b")];
    clock.advance(60_000);
    const again = watch("p-1-1");
    assert.deepEqual(again.news, []);
    await settle(1);
    assert.deepEqual(again.news, [{ kind: "changes", id: "p-1-2", rooms: [row("b")], gone: ["a"] }]);
  });

  it("[LOB4] is heard of now and then when nothing changes", async () => {
    const { news } = watch();
    await settle(1);
    for (let ms = 0; ms < LIMITS.lobbyBeatMs * 2; ms += LIMITS.lobbyMs) await look();
    assert.deepEqual(ids(news), ["p-1-1", "alive", "alive"]);
  });

  it("[LOB5] a directory that cannot be read is said, and read again", async () => {
    isAway = true;
    const { news } = watch();
    await settle(1);
    assert.equal(faults.length, 1);
    isAway = false;
    await look();
    assert.deepEqual(ids(news), ["p-1-1"]);
  });

  it("[LOB5] has a cap", () => {
    for (let watcher = 0; watcher < LIMITS.lobbyWatchers; watcher++) watch();
    assert.equal(
      lobby.watch(undefined, () => {}),
      undefined,
    );
  });
});

describe("the lobby over HTTP", () => {
  it("[LOB1][LOB3] a page hears of rooms as they come, fill and go, and goes on where it was", async () => {
    const host = await startTestHost(
      defineHost({ rooms: { lab: { type: Lab, room: LabRoom } }, store: { kind: "memory" } }),
    );
    const page = async (headers: Record<string, string> = {}) => {
      const abort = new AbortController();
      const answer = await fetch(`${host.url}/rooms/stream`, { headers, signal: abort.signal });
      assert.equal(answer.headers.get("content-type"), "text/event-stream");
      let text = "";
      const read = (async () => {
        for await (const bytes of answer.body!) text += Buffer.from(bytes).toString();
      })().catch(() => {});
      const events = () => [...text.matchAll(/event: (\w+)\nid: (\S+)\ndata: (.*)\n\n/g)];
      return {
        event: (what: string, isIt: (kind: string, data: string) => boolean) =>
          until(what, () => events().find(([, kind, , data]) => isIt(kind!, data!))),
        close: () => (abort.abort(), read),
      };
    };
    const first = await page();
    await first.event("an empty list", (kind, data) => kind === "rooms" && data === '{"rooms":[]}');
    const ada = await connect(host.url).create(Lab, {});
    const [, , id] = await first.event("her room", (kind, data) => kind === "changes" && data.includes(ada.roomId));
    await first.close();
    const bob = await connect(host.url).joinById(Lab, ada.roomId, {});
    const second = await page({ "last-event-id": id! });
    await second.event("two players", (kind, data) => kind === "changes" && data.includes('"players":2'));
    await Promise.all([ada.leave(), bob.leave()]);
    await second.event("the end", (_, data) => data.includes(`"gone":["${ada.roomId}"]`));
    await second.close();
    await host.stop();
  });
});
