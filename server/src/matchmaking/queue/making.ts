/** The rooms of a queue's matches: made outside of the tick, one attempt at a time for each, and again until there is one. */
import { LIMITS, NetError, type QueueState, type RoomType } from "@ninelives/shared-schema";
import type { MatchFacts } from "../../room/match-seats.ts";
import type { Matches } from "./matches.ts";
import type { MatchRooms } from "./match-rooms.ts";
import type { Tickets } from "./tickets.ts";

export interface MakingOptions {
  readonly type: RoomType;
  readonly rooms: Pick<MatchRooms, "make" | "waited">;
  readonly tickets: Tickets;
  readonly matches: Matches;
  readonly state: InstanceType<typeof QueueState>;
}

type Outcome = "made" | "void" | "later" | "failed";

/** What the newest wait counts in the average. */
const NEWEST_WAIT = 1 / 8;

export class Making {
  readonly #options: MakingOptions;
  /** Under way, or not to be tried before, ms. */
  readonly #busy = new Map<string, number>();
  readonly #outcomes: (readonly [match: string, outcome: Outcome])[] = [];

  constructor(options: MakingOptions) {
    this.#options = options;
  }

  /** Begins with those that nobody makes. */
  begin(nowMs: number): void {
    const { matches } = this.#options;
    for (const id of matches.making) {
      if ((this.#busy.get(id) ?? 0) > nowMs) continue;
      this.#busy.set(id, Number.POSITIVE_INFINITY);
      void this.#make(id).then((outcome) => this.#outcomes.push([id, outcome]));
    }
  }

  /** Takes what came back since the tick before. */
  settle(nowMs: number): void {
    const { matches } = this.#options;
    for (const [id, outcome] of this.#outcomes.splice(0)) {
      this.#busy.delete(id);
      const match = matches.get(id);
      if (match === undefined) continue;
      if (outcome === "made") {
        this.#countWaits(id, nowMs);
        matches.ready(id, nowMs);
        continue;
      }
      if (outcome === "failed" && ++match.failures >= LIMITS.matchFailures) {
        matches.spoil(id, matches.playersOf(id), "failed");
        continue;
      }
      if (outcome !== "later") matches.remake(id);
      this.#busy.set(id, nowMs + LIMITS.matchRetryMs);
    }
  }

  async #make(id: string): Promise<Outcome> {
    const { type, rooms, tickets, matches } = this.#options;
    const { roomId, region } = matches.get(id)!;
    const { teams, size } = type.matching!;
    const first = tickets.waiter(matches.playersOf(id)[0]!)!;
    const facts: MatchFacts = {
      region: region === "" ? undefined : region,
      filters: JSON.parse(first.filters) as MatchFacts["filters"],
      teams,
      size,
    };
    try {
      return (await rooms.make(type, { roomId, options: JSON.parse(first.options), facts })) ? "made" : "void";
    } catch (error) {
      return error instanceof NetError && error.recoverable ? "later" : "failed";
    }
  }

  #countWaits(id: string, nowMs: number): void {
    const { type, rooms, tickets, matches, state } = this.#options;
    const waits = new Map(
      matches.playersOf(id).map((sessionId) => {
        const { ticket } = tickets.waiter(sessionId)!;
        return [ticket, nowMs - tickets.get(ticket)!.sinceMs];
      }),
    );
    for (const waitMs of waits.values()) {
      rooms.waited(type, waitMs);
      const { typicalWaitMs: known } = state;
      state.typicalWaitMs = Math.round(known < 0 ? waitMs : known + (waitMs - known) * NEWEST_WAIT);
    }
  }
}
