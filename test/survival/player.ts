/** A player that never rests: commands all the time, and an account of everything it was shown. */
import assert from "node:assert/strict";
import { connect, type ConnectOptions, type OpenSocket, type Room } from "@ninelives/client";
import { type JoinInput, LIMITS } from "@ninelives/shared-schema";
import { until } from "../support/until.ts";
import { endingOf, type PlayerHistory, PlayerLog } from "./history/player-history.ts";
import { Nine } from "./nine.type.ts";

const COMMAND_EVERY_MS = 50;
/** What a client keeps is bounded, and how long a busy machine takes to start a process is not. */
const UNANSWERED_MAX = LIMITS.outboxCommands / 2;
/** Nobody listens there. */
const NOWHERE = "ws://127.0.0.1:1";

/** A device's network, as its client knows it. */
class Network {
  readonly options: ConnectOptions;
  readonly #hints = new EventTarget();
  #isGone = false;

  constructor() {
    const openSocket: OpenSocket = (url, subprotocols) =>
      new WebSocket(this.#isGone ? NOWHERE : url, [...subprotocols]) as never;
    this.options = { openSocket, hints: this.#hints as never };
  }

  set isGone(isGone: boolean) {
    this.#isGone = isGone;
    this.#hints.dispatchEvent(new Event(isGone ? "offline" : "online"));
  }
}

export class Player {
  readonly room: Room<typeof Nine>;
  readonly sessionId: string;
  readonly answers: Promise<{ times: number }>[] = [];
  /** The longest time between two changes of the state since it was last set to 0. */
  longestGapMs = 0;
  /** What went back that never may: epochs, and ticks within one. */
  readonly wentBack: string[] = [];
  readonly #log = new PlayerLog();
  /** When each answer came. */
  readonly #answeredMs: number[] = [];
  readonly #told = new Map<string, number[]>();
  #unanswered = 0;
  #timer: NodeJS.Timeout | undefined;
  #shown: { epoch: number; ticks: number; atMs: number };

  readonly #network: Network;

  private constructor(room: Room<typeof Nine>, network: Network) {
    this.room = room;
    this.#network = network;
    this.sessionId = room.sessionId;
    this.#shown = { epoch: room.epoch, ticks: 0, atMs: performance.now() };
    room.on("added", ({ by, n }) => this.#told.set(by, [...this.toldOf(by), n]));
    room.onPatch(() => this.#look());
  }

  static async create(url: string, name: string, options: JoinInput<typeof Nine> = {}): Promise<Player> {
    const network = new Network();
    return new Player(await connect(url, network.options).create(Nine, { name, ...options }), network);
  }

  static async join(url: string, roomId: string, name: string): Promise<Player> {
    const network = new Network();
    return new Player(await connect(url, network.options).joinById(Nine, roomId, { name }), network);
  }

  /** Into a tunnel, and out of it. */
  goAway(): void {
    this.#network.isGone = true;
  }

  comeBack(): void {
    this.#network.isGone = false;
  }

  /** Numbers this player was told that one did. */
  toldOf(sessionId: string): readonly number[] {
    return this.#told.get(sessionId) ?? [];
  }

  add(): Promise<{ times: number }> {
    const n = this.#log.issue();
    const answer = this.room.command("add", { n });
    this.#unanswered++;
    answer.then(
      () => {
        this.#unanswered--;
        this.#log.answered(n, this.room.epoch);
        this.#answeredMs.push(performance.now());
      },
      () => this.#unanswered--,
    );
    this.answers.push(answer);
    return answer;
  }

  /** Commands that were answered so far. */
  get answered(): number {
    return this.#answeredMs.length;
  }

  /** How many answers came since then. */
  answeredSince(atMs: number): number {
    return this.#answeredMs.filter((answeredMs) => answeredMs >= atMs).length;
  }

  /** Commands from now on, until the end; none while too many wait for their answers. */
  play(everyMs = COMMAND_EVERY_MS): this {
    this.#timer = setInterval(() => {
      if (this.#unanswered < UNANSWERED_MAX) void this.add();
    }, everyMs);
    return this;
  }

  /** What it did and saw, for the checker. Only for one that issues no other command. */
  history(): PlayerHistory {
    this.#log.ending = endingOf(this.answers.length, this.toldOf(this.sessionId));
    return this.#log.history(this.sessionId, this.room.roomId);
  }

  rest(): void {
    clearInterval(this.#timer);
  }

  /** Connected to a room that was restored so many times at least. */
  back(restores: number, deadlineMs = 8_000): Promise<unknown> {
    const { room } = this;
    const isBack = () => room.connection.state === "CONNECTED" && room.state.restores >= restores;
    return until(`${this.sessionId} in ${room.roomId}, restored ${restores} times`, isBack, deadlineMs);
  }

  /** The room has gone on by so many ticks, as this player sees it. */
  ticks(more: number, deadlineMs?: number): Promise<unknown> {
    const from = this.room.state.ticks;
    return until(`${more} ticks after ${from}`, () => this.room.state.ticks >= from + more, deadlineMs);
  }

  #look(): void {
    const { epoch, state } = this.room;
    const was = this.#shown;
    this.#log.shown(state.ticks, epoch);
    const now = { epoch, ticks: state.ticks, atMs: performance.now() };
    this.longestGapMs = Math.max(this.longestGapMs, now.atMs - was.atMs);
    if (epoch < was.epoch) this.wentBack.push(`epoch ${was.epoch} to ${epoch}`);
    if (epoch === was.epoch && now.ticks < was.ticks) this.wentBack.push(`tick ${was.ticks} to ${now.ticks}`);
    this.#shown = now;
  }
}

/** Ends the play of all who are in one room, and judges it: every command once, every event once and in order, everybody still there. */
export async function judge(players: readonly Player[]): Promise<void> {
  for (const player of players) player.rest();
  const results = await Promise.all(players.map(({ answers }) => Promise.all(answers)));
  const total = results.flat().length;
  assert.deepEqual(
    results.flat().filter(({ times }) => times !== 1),
    [],
    "commands that were not applied once",
  );
  for (const { room, sessionId, wentBack, toldOf } of players.map(asReader)) {
    await until(`${sessionId} to be connected`, () => room.connection.state === "CONNECTED");
    await until(`${sessionId} to see all commands`, () => room.state.count >= total);
    assert.equal(room.state.count, total);
    assert.equal(room.sessionId, sessionId);
    assert.deepEqual([...room.state.players.keys()].sort(), players.map((one) => one.sessionId).sort());
    await until(`${sessionId} to be told all`, () =>
      players.every((other) => toldOf(other).length >= other.answers.length),
    );
    for (const other of players)
      assert.deepEqual(
        toldOf(other),
        other.answers.map((_, index) => index + 1),
        `events of ${other.sessionId} as ${sessionId} was told`,
      );
    assert.deepEqual(wentBack, []);
  }
}

/** What the room has of a player's commands: how many different ones, and how often it ran the one that it ran most. */
export function tallyOf({ room }: Player): Promise<{ added: number; most: number }> {
  return room.command("tally", {});
}

function asReader(player: Player) {
  const { room, sessionId, wentBack } = player;
  return { room, sessionId, wentBack, toldOf: (other: Player) => player.toldOf(other.sessionId) };
}
