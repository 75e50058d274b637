/** Players who come to a queue at a steady pace, play for a moment and go: what became of each. */
import { setTimeout as sleep } from "node:timers/promises";
import { connect, type Room, type Waiting } from "@ninelives/client";
import { NetError, Random, seedWords } from "@ninelives/shared-schema";
import { IN_A_MATCH, Ranked } from "./ranked.ts";

/** Of a match that is full, ms; one that does not fill up in so long is left all the same. */
const PLAYS_MS = 2_000;
const FULL_MS = 60_000;

export interface Outcome {
  readonly skill: number;
  readonly party: string | undefined;
  /** From asking for a place in the queue until the match was joined, ms. */
  waitMs: number | undefined;
  roomId: string | undefined;
  team: string | undefined;
  /** Why no match came of it. */
  error: string | undefined;
}

export interface CrowdOptions {
  readonly players: number;
  readonly perSecond: number;
  /** Hosts that live now. */
  readonly urls: () => readonly string[];
}

export class Crowd {
  readonly outcomes: Outcome[] = [];
  readonly #options: CrowdOptions;
  readonly #random = new Random(seedWords(7));
  #waiting: Waiting<typeof Ranked> | undefined;

  constructor(options: CrowdOptions) {
    this.#options = options;
  }

  /** The queue's id, while somebody of this crowd waits in it. */
  get queueId(): string | undefined {
    return this.#waiting?.queue.roomId;
  }

  get matched(): number {
    return this.outcomes.filter(({ roomId }) => roomId !== undefined).length;
  }

  /** Resolves when everybody had a match, or an error. */
  async run(): Promise<void> {
    const { players, perSecond } = this.#options;
    const all: Promise<void>[] = [];
    for (let at = 0; at < players; at++) {
      const friends = at % 10 === 0 && at + 1 < players ? 2 : 1;
      const bell = this.#random.range(0, 1) + this.#random.range(0, 1) + this.#random.range(0, 1);
      const party = friends === 2 ? `party ${at}` : undefined;
      for (let friend = 0; friend < friends; friend++) {
        const outcome: Outcome = {
          skill: Math.round(bell * 600),
          party,
          waitMs: undefined,
          roomId: undefined,
          team: undefined,
          error: undefined,
        };
        this.outcomes.push(outcome);
        all.push(this.#play(outcome, at + friend));
      }
      at += friends - 1;
      await sleep((friends * 1_000) / perSecond);
    }
    await Promise.all(all);
  }

  async #play(outcome: Outcome, at: number): Promise<void> {
    const startedMs = performance.now();
    try {
      const waiting = await this.#queued(outcome, at);
      this.#waiting = waiting;
      waiting.on("ready", ({ team }) => (outcome.team = String(team)));
      const room = await waiting.match;
      outcome.waitMs = performance.now() - startedMs;
      outcome.roomId = room.roomId;
      void this.#leaveLater(room);
    } catch (error) {
      outcome.error = String(error);
    }
  }

  /** A host that is just killed does not answer: the next one is asked. */
  async #queued({ skill, party }: Outcome, at: number): Promise<Waiting<typeof Ranked>> {
    const wish = {
      key: `player ${at}`,
      skill,
      options: {},
      ...(party === undefined ? {} : { party: { name: party, size: 2 } }),
    };
    for (let asked = 0; ; asked++) {
      const urls = this.#options.urls();
      try {
        return await connect(urls[(at + asked) % urls.length]!, { liveness: "game" }).queue(Ranked, wish);
      } catch (error) {
        if (!(error instanceof NetError && error.recoverable)) throw error;
        await sleep(100);
      }
    }
  }

  /** Those who come late, because a process died on their way, find the match. */
  async #leaveLater(room: Room<typeof Ranked>): Promise<void> {
    const full = new Promise<void>((resolve) => {
      const look = () => room.state.players === IN_A_MATCH && resolve();
      room.onPatch(look);
      look();
    });
    await Promise.race([full, sleep(FULL_MS)]);
    await sleep(PLAYS_MS);
    await room.leave().catch(() => undefined);
  }
}
