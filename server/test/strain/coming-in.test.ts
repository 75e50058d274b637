/** Who comes in while patches are left out: the whole state has what the next patch would bring, and nothing may come twice. */
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { type Client, Protocol } from "@colyseus/core";
import { schema, StateView, t } from "@colyseus/schema";
import { defineHost, GameRoom } from "@ninelives/server";
import { defineRoomType } from "@ninelives/shared-schema";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { RawClient } from "../../../test/support/raw-client.ts";
import { pump, startTestHost, type TestHost } from "../../../test/support/test-host.ts";
import { HandStrain } from "../../../test/support/strained.ts";
import { settle, until } from "../../../test/support/until.ts";
import { runtimeOf } from "../../src/room/inside.ts";

const PERIOD_MS = 20;
const LINES = 3;
const OPCODE_MASK = 0x1f;
const STATES: readonly number[] = [Protocol.ROOM_STATE, Protocol.ROOM_STATE_PATCH];

const Unit = schema({ x: t.uint32().default(0), secret: t.string().default("").view() }, "Unit");
const Line = schema({ places: t.array("uint32") }, "Line");
const FieldState = schema({ turn: t.uint32().default(0), units: t.map(Unit), lines: t.map(Line) }, "FieldState");
type FieldState = InstanceType<typeof FieldState>;

const Field = defineRoomType({
  name: "field",
  tickHz: 1000 / PERIOD_MS,
  maxPlayers: 50,
  state: FieldState,
  input: schema({ dx: t.int8().default(0) }, "FieldInput"),
});

/**
 * In each step one is taken off the front of a line, of each line in one step of three: a reader who has that already would take off one
 * more. More often, and a patch would be misread by everybody, and the whole state go out in its place.
 */
class FieldRoom extends GameRoom<typeof Field> {
  isBusy = true;
  override readonly commands = {};
  /** Of who is away, too. */
  readonly #views: StateView[] = [];

  override onCreate(): void {
    for (let number = 0; number < LINES; number++) {
      const line = new Line();
      for (let place = 0; place < 200; place++) line.places.push(place);
      this.state.lines.set(String(number), line);
    }
  }

  override onJoin(client: Client): void {
    client.view = new StateView();
    this.#views.push(client.view);
  }

  override onTick(): void {
    for (const { sessionId } of this.clients) for (const _ of this.inputs.get(sessionId));
    if (!this.isBusy) return;
    const { units, lines } = this.state;
    const turn = ++this.state.turn;
    const unit = new Unit().assign({ x: turn, secret: `of ${turn}` });
    units.set(`u${turn}`, unit);
    if (turn > 4) units.delete(`u${turn - 4}`);
    lines.get(String(turn % LINES))!.places.shift();
    for (const view of this.#views) view.add(unit);
  }
}

describe("coming in between two patches", () => {
  const clock = new ManualClock();
  const strain = new HandStrain();
  let host: TestHost;
  before(async () => {
    const rooms = { field: { type: Field, room: FieldRoom } };
    host = await startTestHost(defineHost({ rooms, store: { kind: "memory" } }), { clock, usage: strain.usage });
  });
  after(() => host.stop());

  async function tick(times = 1): Promise<void> {
    for (let at = 0; at < times; at++) {
      clock.advance(PERIOD_MS);
      await settle();
    }
  }
  const plain = (state: FieldState) => JSON.parse(JSON.stringify(state.toJSON())) as unknown;
  /** What it was sent begins with the whole state, and decodes to what is. */
  async function hasLive(player: RawClient, room: FieldRoom): Promise<void> {
    const states = player.frames.map((frame) => frame[0]! & OPCODE_MASK).filter((opcode) => STATES.includes(opcode));
    assert.equal(states[0], Protocol.ROOM_STATE);
    const seen = () => plain(player.decode(new FieldState()));
    const live = plain(room.state);
    await until("the live state", () => isDeepStrictEqual(seen(), live), 2_000).catch(() => {
      assert.deepEqual(seen(), live);
    });
  }

  for (const rung of ["none", "half-patches", "third-patches"] as const)
    it(`[DG5] ${rung}: who comes back after any number of steps has the live state, and patches go on from there`, async () => {
      await strain.to(rung, { clock, host });
      const ada = await pump(clock, RawClient.join(host.url, "create/field"));
      const room = host.inside<FieldRoom>(ada.roomId);
      const eve = await pump(clock, RawClient.join(host.url, `joinById/${ada.roomId}`));
      let last = eve;
      for (let steps = 0; steps < 8; steps++) {
        room.isBusy = true;
        last.close();
        await pump(
          clock,
          until("its end to be noticed", () => room.clients.length === 1),
        );
        await tick(1 + steps);
        last = await last.again(host.url);
        await tick(1 + (steps % 3));
        room.isBusy = false;
        await tick(3);
        for (const player of [ada, last]) await hasLive(player, room);
      }
      ada.close();
      last.close();
    });

  it("[DG5] who comes back while nobody is sure whose room it is has the live state once that is known", async () => {
    await strain.to("third-patches", { clock, host });
    const ada = await pump(clock, RawClient.join(host.url, "create/field"));
    const bob = await pump(clock, RawClient.join(host.url, `joinById/${ada.roomId}`));
    const room = host.inside<FieldRoom>(ada.roomId);
    const runtime = runtimeOf(room);
    bob.close();
    await pump(
      clock,
      until("his end to be noticed", () => room.clients.length === 1),
    );
    for (let steps = 0; steps < 3; steps++) {
      await tick();
      Object.defineProperty(runtime, "mayStep", { value: false, configurable: true });
      const again = await bob.again(host.url);
      await tick();
      Reflect.deleteProperty(runtime, "mayStep");
      await tick(4);
      room.isBusy = false;
      await tick(3);
      await hasLive(again, room);
      room.isBusy = true;
      again.close();
      await pump(
        clock,
        until("his end to be noticed", () => room.clients.length === 1),
      );
    }
    ada.close();
  });

  it("[DG5] who joins gets the whole state first, and what was owed before goes to those who are in", async () => {
    await strain.to("third-patches", { clock, host });
    const ada = await pump(clock, RawClient.join(host.url, "create/field"));
    const room = host.inside<FieldRoom>(ada.roomId);
    for (let guest = 0; guest < 6; guest++) {
      await tick(guest);
      const bob = await pump(clock, RawClient.join(host.url, `joinById/${ada.roomId}`));
      await tick(4);
      room.isBusy = false;
      await tick(3);
      for (const player of [ada, bob]) await hasLive(player, room);
      room.isBusy = true;
    }
    ada.close();
  });
});
