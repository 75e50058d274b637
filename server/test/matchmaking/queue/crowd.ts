/**
 * A queue's memory and what works on it, without a room around: players by chance, rooms that are made or not, and a process that dies
 * now and then, when all that is left is the memory as its log had it. A judge keeps its own books.
 */
import assert from "node:assert/strict";
import { Decoder, Encoder } from "@colyseus/schema";
import {
  acceptedAfter,
  findMatches,
  type Match,
  type MatchRules,
  QueueMemory,
  QueueState,
  type QueueReason,
  type Random,
  type RoomType,
} from "@ninelives/shared-schema";
import { rebuilt } from "../../../src/adapter.ts";
import { Making } from "../../../src/matchmaking/queue/making.ts";
import { type Herald, Matches } from "../../../src/matchmaking/queue/matches.ts";
import { Tickets } from "../../../src/matchmaking/queue/tickets.ts";

type Fate = "queued" | "left" | "playing" | QueueReason;

interface Player {
  readonly party: string | undefined;
  readonly comesMs: number;
  fate: Fate;
  isAway: boolean;
  /** The match it was last told to be ready. */
  ready: string | undefined;
  roomId: string | undefined;
  playsSinceMs: number;
}

export class Crowd {
  readonly players = new Map<string, Player>();
  /** Room -> its players by team. */
  readonly rooms = new Map<string, Map<number, string[]>>();
  readonly state = new QueueState();
  restarts = 0;
  nowMs = 1;
  readonly #type: RoomType;
  readonly #rules: MatchRules;
  readonly #random: Random;
  #memory = new QueueMemory();
  #tickets = new Tickets(this.#memory);
  #matches!: Matches;
  #making!: Making;
  #number = 0;

  constructor(type: RoomType, random: Random) {
    this.#type = type;
    this.#rules = type.matching!;
    this.#random = random;
    this.#open();
  }

  /** One player, or a party of friends. */
  come(size: number): void {
    const party = size === 1 ? undefined : { name: `party ${this.#number}`, size };
    const skill = Math.round(this.#random.range(0, 1_000));
    for (let friend = 0; friend < size; friend++) {
      const sessionId = `player ${this.#number++}`;
      const wish = { skill, latencies: {}, party };
      this.#tickets.add({ sessionId, wish, options: {}, filters: {}, auth: undefined }, this.nowMs);
      const player = {
        party: party?.name,
        comesMs: this.nowMs,
        fate: "queued" as const,
        isAway: false,
        ready: undefined,
      };
      this.players.set(sessionId, { ...player, roomId: undefined, playsSinceMs: 0 });
    }
  }

  /** A look, and all that players do until the next one. */
  async step(stepMs: number): Promise<void> {
    this.nowMs += stepMs;
    this.#making.settle(this.nowMs);
    this.#matches.expire(this.nowMs);
    const crowd = this.#tickets.matchable(this.#tickets.waiting);
    for (const match of findMatches(crowd, this.#rules, this.nowMs)) {
      this.#judge(match);
      this.#matches.begin(match, this.nowMs);
    }
    for (const [id, player] of this.players) if (player.fate === "queued") this.#act(id, player);
    this.#making.begin(this.nowMs);
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#random.range(0, 1) < 0.02) this.#restart();
    this.#balance();
  }

  get queued(): readonly Player[] {
    return [...this.players.values()].filter(({ fate }) => fate === "queued");
  }

  #act(id: string, player: Player): void {
    const chance = this.#random.range(0, 1);
    const offered = this.#offers.get(id);
    if (player.ready !== undefined) this.#play(id, player);
    else if (offered !== undefined) {
      if (chance < 0.9) this.#matches.accept(id, offered, this.nowMs);
      else if (chance < 0.93) this.#matches.spoil(offered, [id], "declined");
    } else if (chance < 0.0005) {
      player.fate = "left";
      this.#matches.left(id);
    } else if (chance < 0.002 || (player.isAway && chance < 0.4)) {
      player.isAway = !player.isAway;
      this.#tickets.away(id, player.isAway);
    }
  }

  /** Takes the seat, and leaves the queue for it. */
  #play(id: string, player: Player): void {
    const match = this.#matches.get(player.ready!);
    assert.ok(match, `${id} was told of ${player.ready}, and the queue knows it`);
    const room = this.rooms.get(match.roomId);
    assert.ok(room, `${id} is sent to a room that was made`);
    const team = this.#matches.teamOf(id);
    room.set(team, [...(room.get(team) ?? []), id]);
    Object.assign(player, { fate: "playing", roomId: match.roomId, playsSinceMs: this.nowMs });
    this.#matches.left(id);
  }

  /** Teams are full, and everybody accepts everybody. */
  #judge({ teams }: Match): void {
    const tickets = teams.flat();
    const { size, skill } = this.#rules;
    assert.deepEqual(
      teams.map((team) => team.reduce((sum, { players }) => sum + players, 0)),
      Array.from({ length: this.#rules.teams }, () => size),
    );
    const members = tickets.flatMap(({ id }) => [...this.#tickets.membersOf(id)]);
    assert.ok(!members.some((id) => this.players.get(id)!.isAway), "everybody is there");
    const skills = tickets.map((ticket) => ticket.skill);
    const apart = Math.max(...skills) - Math.min(...skills);
    for (const { sinceMs } of tickets) assert.ok(apart <= acceptedAfter(skill, this.nowMs - sinceMs), "within windows");
  }

  /** Nobody is in the queue's books who is not there, and nobody is there who is not in its books. */
  #balance(): void {
    const known = new Set(this.#memory.waiters.keys());
    const here = [...this.players].filter(([, { fate }]) => fate === "queued").map(([id]) => id);
    assert.deepEqual([...known].toSorted(), here.toSorted());
    const tickets = new Set([...this.#memory.waiters.values()].map(({ ticket }) => ticket));
    assert.deepEqual(new Set(this.#memory.tickets.keys()), tickets);
    const matches = new Set([...this.#memory.tickets.values()].map(({ match }) => match).filter((id) => id !== ""));
    assert.deepEqual(new Set(this.#memory.matches.keys()), matches);
  }

  /** What is left is what the log has. */
  #restart(): void {
    this.restarts++;
    const image = new QueueMemory();
    new Decoder(image).decode(new Encoder(this.#memory).encodeAll());
    this.#memory = rebuilt(image, { pinned: false });
    this.#tickets = new Tickets(this.#memory);
    this.#open();
  }

  readonly #offers = new Map<string, string>();

  #open(): void {
    const herald: Herald = {
      found: (to, match) => this.#offers.set(to, match),
      accepted: () => {},
      ready: (to, match) => {
        this.#offers.delete(to);
        this.players.get(to)!.ready = match;
      },
      back: (to) => {
        this.#offers.delete(to);
        this.players.get(to)!.ready = undefined;
      },
      out: (to, reason) => {
        const player = this.players.get(to)!;
        if (player.fate === "queued") player.fate = reason;
      },
    };
    const newId = () => `room or seat ${this.#number++}`;
    const { acceptMs } = this.#rules;
    this.#matches = new Matches({ memory: this.#memory, tickets: this.#tickets, herald, acceptMs, newId });
    const make = (_: RoomType, { roomId }: { readonly roomId: string }) => {
      if (this.#random.range(0, 1) < 0.1) return Promise.resolve(false);
      this.rooms.set(roomId, this.rooms.get(roomId) ?? new Map());
      return Promise.resolve(true);
    };
    const { state } = this;
    this.#making = new Making({
      type: this.#type,
      rooms: { make, waited: () => {} },
      tickets: this.#tickets,
      matches: this.#matches,
      state,
    });
  }
}
