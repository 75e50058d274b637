/** Commands that may be given so often: over real sockets, on the room's clock, which is moved by hand. */
import assert from "node:assert/strict";
import { schema, t } from "@colyseus/schema";
import { Client as SdkClient } from "@colyseus/sdk";
import { connect, type Room } from "@ninelives/client";
import { type CommandHandlers, defineHost, GameRoom, prepared } from "@ninelives/server";
import { defineRoomType, NetError } from "@ninelives/shared-schema";
import { z } from "zod";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { pump, startTestHost, type TestHost } from "../../../test/support/test-host.ts";

const PERIOD_MS = 20;
const shot = { payload: z.object({ at: z.number() }), result: z.object({ shots: z.number() }) };

const RangeState = schema({ shots: t.uint32().default(0) }, "RangeState");

const Range = defineRoomType({
  name: "range",
  tickHz: 1000 / PERIOD_MS,
  maxPlayers: 4,
  state: RangeState,
  commands: {
    fire: { ...shot, rate: { perSecond: 2, burst: 3 } },
    aim: { ...shot, rate: { perSecond: 1, burst: 1 } },
    /** Once for as long as a test takes. */
    shout: { ...shot, rate: { perSecond: 0.001, burst: 1 } },
    look: shot,
  },
});

class RangeRoom extends GameRoom<typeof Range> {
  readonly trace: string[] = [];
  #shoot(what: string, at: number) {
    this.trace.push(`${what} ${at}`);
    this.state.shots++;
    return { shots: this.state.shots };
  }
  override readonly commands: CommandHandlers<typeof Range> = {
    fire: (_client, { at }) => this.#shoot("fire", at),
    aim: prepared(
      (_client, { at }) => {
        this.trace.push(`prepare ${at}`);
        return Promise.resolve(at);
      },
      (_client, _payload, at) => this.#shoot("aim", at),
    ),
    shout: (_client, { at }) => this.#shoot("shout", at),
    look: (_client, { at }) => this.#shoot("look", at),
  };
}

describe("commands with a rate", () => {
  const clock = new ManualClock();
  let host: TestHost;
  let ada: Room<typeof Range>;
  let range: RangeRoom;
  before(async () => {
    const rooms = { range: { type: Range, room: RangeRoom } };
    host = await startTestHost(defineHost({ rooms, store: { kind: "memory" }, seatHoldSeconds: 3_600 }), { clock });
  });
  after(() => host.stop());
  beforeEach(async () => {
    ada = await pump(clock, connect(host.url, { random: () => 0.2 }).create(Range, {}));
    range = host.inside<RangeRoom>(ada.roomId);
  });
  afterEach(() => pump(clock, ada.leave()));

  /** Each answer as its number of shots, or the refusal. */
  const settled = (answers: readonly Promise<{ shots: number }>[]) =>
    pump(
      clock,
      Promise.all(
        answers.map((answer) =>
          answer.then(
            ({ shots }) => shots,
            (error: NetError) => error,
          ),
        ),
      ),
    );
  const fire = (count: number) => Array.from({ length: count }, (_, at) => ada.command("fire", { at }));

  it("[LIM15] beyond the burst: TOO_FAST with when to come again; the handler does not run, and other commands do", async () => {
    const answers = await settled([...fire(4), ada.command("look", { at: 9 })]);
    const refused = answers[3] as NetError;
    assert.ok(refused instanceof NetError, String(refused));
    assert.deepEqual([refused.name, refused.recoverable, refused.details.retryAfterMs], ["TOO_FAST", true, 500]);
    assert.deepEqual([...answers.slice(0, 3), answers[4]], [1, 2, 3, 4]);
    assert.deepEqual(range.trace, ["fire 0", "fire 1", "fire 2", "look 9"]);
    assert.ok((await host.metric('ninelives_refused_total{type="range",code="TOO_FAST"}')) >= 1);
  });

  it("[LIM15] it may be given again when it was said that it may, by the room's clock", async () => {
    await settled(fire(3));
    const before = range.clock.elapsedTime;
    const [refused] = (await settled(fire(1))) as [NetError];
    const waitMs = refused.details.retryAfterMs as number;
    assert.ok(waitMs > 0 && waitMs <= 500);
    clock.advance(waitMs + PERIOD_MS);
    assert.ok(range.clock.elapsedTime >= before + waitMs);
    assert.deepEqual(await settled(fire(1)), [4]);
  });

  it("[LIM15] a refused command is answered once over a drop, never runs, and those behind it run in order", async () => {
    const answers = [...fire(5), ada.command("look", { at: 7 })];
    ada.session.lifeline.cut();
    const outcomes = await settled(answers);
    const names = outcomes.map((one) => (one instanceof NetError ? one.name : one));
    assert.deepEqual(names.filter((name) => name === "TOO_FAST").length, 2);
    assert.equal(names.at(-1), 4);
    assert.equal(range.state.shots, 4);
    assert.deepEqual(ada.pending, []);
  });

  it("[LIM15] a new connection has no new bucket, another player has its own", async () => {
    assert.deepEqual(await settled([ada.command("shout", { at: 0 })]), [1]);
    ada.session.lifeline.cut();
    const [again] = await settled([ada.command("shout", { at: 1 })]);
    assert.equal((again as NetError).name, "TOO_FAST");
    const bob = await pump(clock, connect(host.url, { random: () => 0.2 }).joinById(Range, ada.roomId, {}));
    assert.deepEqual(await pump(clock, bob.command("shout", { at: 0 })), { shots: 2 });
    await pump(clock, bob.leave());
  });

  it("[LIM15] a prepared command over its rate is not prepared, and a stock client is refused alike", async () => {
    const [first, second] = await settled([ada.command("aim", { at: 1 }), ada.command("aim", { at: 2 })]);
    assert.deepEqual([first, (second as NetError).name], [1, "TOO_FAST"]);
    assert.deepEqual(range.trace, ["prepare 1", "aim 1"]);
    const stock = await pump(clock, new SdkClient(host.url).joinById(ada.roomId, {}));
    const asked = Array.from({ length: 4 }, (_, at) =>
      stock.request<unknown, { shots: number }>("fire", { at }).then(
        ({ shots }) => shots,
        (error: { reason: { name: string } }) => error.reason.name,
      ),
    );
    assert.deepEqual(await pump(clock, Promise.all(asked)), [2, 3, 4, "TOO_FAST"]);
    await pump(clock, stock.leave());
  });

  it("[LIM15] [RT1] a wrong rate is refused when the type is defined", () => {
    const withRate = (rate: { perSecond: number; burst: number }) => () =>
      defineRoomType({
        name: "x",
        tickHz: 20,
        maxPlayers: 1,
        state: RangeState,
        commands: { fire: { ...shot, rate } },
      });
    assert.throws(withRate({ perSecond: 0, burst: 1 }), /room type "x": commands\.fire\.rate\.perSecond: .*0 got/);
    assert.throws(withRate({ perSecond: Number.NaN, burst: 1 }), /perSecond: .*NaN got/);
    assert.throws(withRate({ perSecond: 1, burst: 0.5 }), /commands\.fire\.rate\.burst: .*1 to 1000 .*0\.5 got/);
  });
});
