/** A game that shows players what is around them, at a host under strain: a real room, and what its players have of it. */
import assert from "node:assert/strict";
import type { Client } from "@colyseus/core";
import { schema, StateView, t } from "@colyseus/schema";
import { connect, type Room } from "@ninelives/client";
import { defineHost, GameRoom } from "@ninelives/server";
import { defineRoomType } from "@ninelives/shared-schema";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { pump, startTestHost, type TestHost } from "../../../test/support/test-host.ts";
import { HandStrain } from "../../../test/support/strained.ts";
import { settle, until } from "../../../test/support/until.ts";

const PERIOD_MS = 20;
const RADIUS = 20;
const DOTS = 100;

const Dot = schema({ at: t.uint8().default(0) }, "Dot");
const PlainState = schema({ dots: t.map(Dot).view() }, "PlainState");

const Plain = defineRoomType({ name: "plain", tickHz: 1000 / PERIOD_MS, maxPlayers: 4, state: PlainState });

/** Players stand in the middle of a row of dots. */
class PlainRoom extends GameRoom<typeof Plain> {
  override readonly commands = {};
  override onCreate(): void {
    for (let at = 0; at < DOTS; at++) this.state.dots.set(`d${at}`, new Dot().assign({ at }));
  }

  override onJoin(client: Client): void {
    client.view = new StateView();
    this.#look(client);
  }

  override onTick(): void {
    for (const client of this.clients) this.#look(client);
  }

  #look({ view }: Client): void {
    if (view === undefined) return;
    for (const dot of this.state.dots.values()) {
      const isNear = Math.abs(dot.at - DOTS / 2) < RADIUS * this.interest;
      if (isNear === view.has(dot)) continue;
      if (isNear) view.add(dot);
      else view.remove(dot);
    }
  }
}

describe("interest under strain", () => {
  const clock = new ManualClock();
  const strain = new HandStrain();
  let host: TestHost;
  before(async () => {
    const rooms = { plain: { type: Plain, room: PlainRoom } };
    host = await startTestHost(defineHost({ rooms, store: { kind: "memory" } }), { clock, usage: strain.usage });
  });
  after(() => host.stop());

  async function dotsAre(player: Room<typeof Plain>, count: number): Promise<void> {
    await until(`${count} dots in sight, not ${player.state.dots?.size}`, async () => {
      clock.advance(PERIOD_MS);
      await settle();
      return player.state.dots?.size === count;
    });
  }

  it("[DG6] the radius shrinks with the strain, for who is in and for who comes, and grows again after it", async () => {
    const ada = await pump(clock, connect(host.url).create(Plain, {}));
    await dotsAre(ada, 39);
    await strain.to("third-patches", { clock, host });
    assert.equal(host.inside<PlainRoom>(ada.roomId).interest, 1);
    await dotsAre(ada, 39);
    await strain.to("near-interest", { clock, host });
    await dotsAre(ada, 29);
    await strain.to("nearest-interest", { clock, host });
    await dotsAre(ada, 19);
    const bob = await pump(clock, connect(host.url).joinById(Plain, ada.roomId, {}));
    await dotsAre(bob, 19);
    await strain.to("none", { clock, host });
    await dotsAre(ada, 39);
    await dotsAre(bob, 39);
    await pump(clock, Promise.all([ada.leave(), bob.leave()]));
  });
});
