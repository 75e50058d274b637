/**
 * A whole world of one seed: a real room on a real host, real clients, and between them lines that are slow, stall, are cut
 * on one side or both. Then the weather clears, everything has to finish, and both histories
 * are compared.
 */
import assert from "node:assert/strict";
import { connect, memorySeatStorage, type Room, type SeatStorage } from "@ninelives/client";
import { NetError, Random, seedWords } from "@ninelives/shared-schema";
import { Lab, LabRoom, PERIOD_MS } from "../lab.ts";
import type { ManualClock } from "../manual-clock.ts";
import type { TestHost } from "../test-host.ts";
import { SimLine, type Weather } from "./sim-link.ts";

/** Ticks of bad weather, then at most so many until everything is answered. */
const STORM_TICKS = 300;
const CALM_TICKS = 4_000;

interface Player {
  readonly name: string;
  readonly storage: SeatStorage;
  readonly weather: Weather;
  /** Every connection so far, the newest last. */
  readonly lines: readonly SimLine[];
  room: Room<typeof Lab>;
  issued: number;
  /** Numbers of the commands that were answered, in order, with what they answered. */
  readonly answers: { n: number; count: number }[];
  readonly heard: string[];
  gaps: number;
}

export interface WorldReport {
  readonly commands: number;
  readonly events: number;
  readonly cuts: number;
}

export async function runWorld(host: TestHost, clock: ManualClock, seed: number): Promise<WorldReport> {
  const chance = new Random(seedWords(seed));
  const random = () => chance.range(0, 1);
  let cuts = 0;
  const step = async () => {
    clock.advance(PERIOD_MS);
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  const pump = async <T>(promise: Promise<T>): Promise<T> => {
    let settled = false;
    const done = () => void (settled = true);
    promise.then(done, done);
    while (!settled) await step();
    return promise;
  };
  const clientOf = (player: Pick<Player, "weather" | "storage">, opened: (line: SimLine) => void) =>
    connect(host.url, {
      clock,
      random,
      liveness: "game",
      storage: player.storage,
      openSocket: (url) => {
        const line = new SimLine(clock, random, player.weather).open(url, (end, request) => host.take(end, request));
        opened(line);
        return line;
      },
    });
  const listen = (player: Player) => {
    player.room.on("said", ({ text }) => player.heard.push(text));
    player.room.on("gap", ({ missed }) => (player.gaps += missed));
  };
  const players: Player[] = [];
  for (let index = 0; index < 1 + chance.index(3); index++) {
    const made = { name: `p${index}`, storage: memorySeatStorage(), weather: { delayMs: 20, blackHole: false } };
    const lines: SimLine[] = [];
    const client = clientOf(made, (opened) => lines.push(opened));
    const [first] = players;
    const joining = first === undefined ? client.create(Lab, {}) : client.joinById(Lab, first.room.roomId, {});
    const room = await pump(joining);
    const player: Player = { ...made, lines, room, issued: 0, answers: [], heard: [], gaps: 0 };
    listen(player);
    players.push(player);
  }
  const { roomId } = players[0]!.room;
  const lab = host.inside<LabRoom>(roomId);
  const said: string[] = [];
  const failures: unknown[] = [];

  const say = (player: Player) => {
    const n = ++player.issued;
    const at = player;
    at.room
      .command("add", { by: 1 })
      .then(({ count }) => at.answers.push({ n, count }))
      .catch((error: unknown) => {
        if (!(error instanceof NetError && error.name === "OUTBOX_FULL")) failures.push(error);
      });
  };

  for (let tick = 0; tick < STORM_TICKS; tick++) {
    for (const player of players) {
      const dice = random();
      if (dice < 0.3) say(player);
      else if (dice < 0.32) player.weather.delayMs = random() * 300;
      else if (dice < 0.33) player.weather.blackHole = !player.weather.blackHole;
      else if (dice < 0.345) {
        cuts++;
        player.lines.at(-1)?.cut(random() < 0.7, random() < 0.7);
      } else if (dice < 0.347) player.room.session.lifeline.offline();
    }
    if (random() < 0.1) {
      const text = `e${said.length}`;
      said.push(text);
      lab.emit("said", { text, count: said.length });
    }
    await step();
  }
  for (const player of players) Object.assign(player.weather, { delayMs: 20, blackHole: false });
  const isDone = ({ room, heard, gaps }: Player) =>
    room.connection.state === "CONNECTED" && room.pending.length === 0 && heard.length + gaps >= said.length;
  const answered = () => players.every(isDone);
  for (let tick = 0; tick < CALM_TICKS && !answered() && failures.length === 0; tick++) await step();

  assert.deepEqual(failures, [], `seed ${seed}: commands that failed`);
  const commands = players.reduce((sum, { answers }) => sum + answers.length, 0);
  const counts = players.flatMap(({ answers }) => answers.map(({ count }) => count));
  assert.equal(
    lab.state.count,
    players.reduce((sum, { issued }) => sum + issued, 0),
    `seed ${seed}: applied once each`,
  );
  assert.equal(new Set(counts).size, commands, `seed ${seed}: two commands with one result`);
  for (const { name, issued, answers, heard, gaps, room } of players) {
    assert.deepEqual(
      answers.map(({ n }) => n),
      Array.from({ length: issued }, (_, index) => index + 1),
      `seed ${seed}: ${name}: every command answered, in order`,
    );
    const rising = answers.every(({ count }, index) => index === 0 || count > answers[index - 1]!.count);
    assert.ok(rising, `seed ${seed}: ${name}: applied in order`);
    if (gaps === 0) assert.deepEqual(heard, said, `seed ${seed}: ${name}: every event once, in order`);
    else assert.equal(heard.length + gaps, said.length, `seed ${seed}: ${name}: the gap names what is missing`);
    assert.equal(room.connection.state, "CONNECTED", `seed ${seed}: ${name} is in`);
  }
  for (let tick = 0; tick < 20; tick++) await step();
  for (const { room, name } of players)
    assert.equal(room.state.count, lab.state.count, `seed ${seed}: ${name}: the state`);
  for (const { room } of players) await pump(room.leave());
  return { commands, events: said.length, cuts };
}
