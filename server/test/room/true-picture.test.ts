/** A stock client of a plain room sees what the server has, also after changes whose patch decodes to something else. */
import assert from "node:assert/strict";
import { Room } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { Client, type Room as SdkRoom } from "@colyseus/sdk";
import { connect } from "@ninelives/client";
import { type CommandHandlers, defineHost, GameRoom } from "@ninelives/server";
import { defineRoomType } from "@ninelives/shared-schema";
import { after, before, describe, it } from "mocha";
import { z } from "zod";
import { startTestHost, type TestHost } from "../../../test/support/test-host.ts";
import { until } from "../../../test/support/until.ts";

const Card = schema({ id: t.string().default("") }, "Card");
const Table = schema({ words: t.array("string"), cards: t.array(Card), turn: t.uint32().default(0) }, "Table");

/** Each changes an array in a way that stock Colyseus's patch does not carry over (server/test/log/upstream.test.ts). */
const MOVES: Readonly<Record<string, (table: InstanceType<typeof Table>) => void>> = {
  "unshift an equal word": ({ words }) => void words.unshift("x"),
  "put a card on the first and take it back": ({ cards }) => {
    cards[0] = new Card({ id: "b" });
    cards.pop();
  },
  "unshift and sort": ({ cards }) => {
    cards.unshift(new Card({ id: "0" }));
    cards.sort((a, b) => b.id.localeCompare(a.id));
  },
};

class TableRoom extends Room {
  override state = new Table();
  override onCreate(): void {
    this.state.words.push("x");
    this.state.cards.push(new Card({ id: "a" }));
    this.onMessage("move", (_client, name: string) => {
      MOVES[name]!(this.state);
      this.state.turn++;
    });
  }
}

const Tables = defineRoomType({
  name: "tables",
  tickHz: 30,
  maxPlayers: 2,
  state: Table,
  commands: { move: { payload: z.object({ name: z.string() }), result: z.object({ turn: z.number() }) } },
});

class TablesRoom extends GameRoom<typeof Tables> {
  override commands: CommandHandlers<typeof Tables> = {
    move: (_client, { name }) => {
      MOVES[name]!(this.state);
      return { turn: ++this.state.turn };
    },
  };
  override onCreate(): void {
    this.state.words.push("x");
    this.state.cards.push(new Card({ id: "a" }));
  }
}

describe("what players see", () => {
  let host: TestHost;
  before(async () => {
    host = await startTestHost(
      defineHost({
        rooms: { table: TableRoom, tables: { type: Tables, room: TablesRoom } },
        store: { kind: "memory" },
      }),
    );
  });
  after(() => host.stop());

  for (const name of Object.keys(MOVES)) {
    it(`[OUT1] ${name}: every client has the live state after the patch, and after the next one`, async () => {
      const player = await new Client(host.url).create<InstanceType<typeof Table>>("table");
      const watcher = await new Client(host.url).joinById<InstanceType<typeof Table>>(player.roomId);
      const live = host.room(player.roomId)!.state as InstanceType<typeof Table>;
      await until("the first states", () => player.state.turn === 0 && watcher.state.turn === 0);
      for (const move of [name, "unshift an equal word"]) {
        player.send("move", move);
        const { turn } = live;
        await until("the patch", () => player.state.turn > turn && watcher.state.turn > turn);
        const seen = [player, watcher].map((room) => room.state.toJSON());
        assert.deepEqual(seen, [live.toJSON(), live.toJSON()]);
      }
      assert.ok((await host.metric('ninelives_patches_replaced_total{type="table"}')) > 0);
      await Promise.all([player, watcher].map((room: SdkRoom) => room.leave()));
    });
  }

  it("[OUT1] our client hears of the whole state as it hears of a patch", async () => {
    const room = await connect(host.url).joinOrCreate(Tables, {});
    const heard: { turn: number; words: string[] }[] = [];
    room.onPatch(() => heard.push({ turn: room.state.turn, words: [...room.state.words] }));
    const { turn } = await room.command("move", { name: "unshift an equal word" });
    assert.deepEqual(heard.find((patch) => patch.turn === turn)?.words, ["x", "x"]);
    await room.leave();
  });
});
