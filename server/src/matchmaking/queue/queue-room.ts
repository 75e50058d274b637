/**
 * The room in which players of one type wait for their matches. A room as any other: everything it decides is in its memory, and so in
 * its log, before anybody is told; whichever process has it goes on where the one before was.
 *
 *   tick: what came back from outside -> what took too long -> a look for matches -> rooms to be made -> who stands where
 *
 * Rooms are made outside of the tick. Which one a match gets is decided in it, so one that is made twice is the same one.
 */
import { type AuthContext, type Client, Room } from "@colyseus/core";
import {
  CODES,
  findBackfills,
  findMatches,
  type JoinOptions,
  LIMITS,
  type MatchRules,
  NetError,
  type Opening,
  type QueueReason,
  type QueueStage,
  type QueueType,
  type RoomType,
  type Ticket,
} from "@ninelives/shared-schema";
import { admissionOf } from "../../auth/admission.ts";
import { prepared } from "../../inbox/prepared.ts";
import { type CommandHandlers, GameRoom, type Prowess } from "../../room/game-room.ts";
import type { RoomClass } from "../../room/protect.ts";
import { joinOptions } from "../../session/join-options.ts";
import { Absentees } from "./absentees.ts";
import { Making } from "./making.ts";
import { Matches } from "./matches.ts";
import type { MatchRooms } from "./match-rooms.ts";
import { Standings } from "./standings.ts";
import { Tickets } from "./tickets.ts";

type Queue = QueueType<RoomType>;
type SeatAnswer = Awaited<ReturnType<MatchRooms["seat"]>>;

/** What a room class says to those who wait for one. */
interface Gatekeeper {
  onAuth(token: string, options: unknown, context: AuthContext): unknown;
  prowessOf(said: Prowess, auth: unknown): Prowess | Promise<Prowess>;
}

/** The class of a type's queue. `Game`: of the type's rooms; it says who may wait, and how good they are. */
export function queueRoomOf(type: RoomType, Game: RoomClass, rooms: MatchRooms): RoomClass {
  const rules = type.matching as MatchRules;
  const keeper = Game as unknown as Gatekeeper;

  class QueueRoom extends GameRoom<Queue> {
    override readonly commands: CommandHandlers<Queue> = {
      accept: ({ sessionId }, { match }) => {
        if (!this.#matches.accept(sessionId, match, this.#nowMs)) this.refuse("This match is not on any more.");
        return {};
      },
      decline: ({ sessionId }, { match }) => {
        if (this.#matchOf(sessionId)?.id !== match) this.refuse("This match is not on any more.");
        this.#matches.spoil(match, [sessionId], "declined");
        return {};
      },
      seat: prepared(
        ({ sessionId }, { match }) => this.#seat(sessionId, match),
        ({ sessionId }, { match }, answer: SeatAnswer | undefined) => {
          const waiter = this.#tickets.waiter(sessionId);
          if (waiter === undefined || this.#matchOf(sessionId)?.id !== match) return {};
          if (typeof answer === "object") return { seat: answer };
          this.#matches.putBack(waiter.ticket);
          return {};
        },
      ),
      where: ({ sessionId }) => this.#where(sessionId),
    };

    #tickets!: Tickets;
    #matches!: Matches;
    #making!: Making;
    #standings!: Standings;
    readonly #absentees = new Absentees();
    /** Looked at once: what is old is not true any more. */
    #openings: Opening[] = [];
    #nextLookMs = 0;
    #nextOpeningsMs = 0;

    override onCreate(): void {
      void this.setMatchmaking({ unlisted: true });
      this.#begin();
    }

    override onRestore(): void {
      this.#begin();
    }

    override async onJoin(client: Client, wish: JoinOptions<Queue>, said?: unknown): Promise<void> {
      const { sessionId } = client;
      const { options, skill, latencies, party, key } = wish;
      if ((party?.size ?? 1) > rules.size) throw tooLarge(rules.size);
      const prowess = await keeper.prowessOf({ skill, latencies }, said);
      const auth = admissionOf(client);
      const comer = { sessionId, wish: { key, party, ...prowess }, options, filters: filtersIn(type, options), auth };
      if (!this.#tickets.add(comer, this.#nowMs)) this.#matches.tellAgain(sessionId);
    }

    override onDrop({ sessionId }: Client): void {
      this.#tickets.away(sessionId, true);
    }

    override onReconnect({ sessionId }: Client): void {
      this.#tickets.away(sessionId, false);
      this.#standings.tellAgain(sessionId);
    }

    override onLeave({ sessionId }: Client, code?: number): void {
      if (code === CODES.CONSENTED.code) this.#matches.left(sessionId);
      else this.#matches.lost(sessionId, this.#nowMs);
      this.#standings.tellAgain(sessionId);
    }

    override onTick(): void {
      const nowMs = this.#nowMs;
      this.#making.settle(nowMs);
      if (nowMs >= this.#nextLookMs) {
        const startedMs = rooms.nowMs;
        this.#matches.expire(nowMs);
        this.#look(nowMs);
        const tookMs = rooms.nowMs - startedMs;
        this.#nextLookMs = nowMs + Math.max(LIMITS.queueLookMs, tookMs * LIMITS.queueLookRest);
        this.#absentees.sendAway(this.clients, (sessionId) => this.#tickets.waiter(sessionId) !== undefined, nowMs);
      }
      this.#making.begin(nowMs);
      this.#standings.tell(nowMs);
    }

    get #nowMs(): number {
      return this.clock.elapsedTime;
    }

    #begin(): void {
      const { memory } = this;
      const told = (sessionId: string) => ({ sessionId });
      this.#tickets = new Tickets(memory);
      this.#matches = new Matches({
        memory,
        tickets: this.#tickets,
        acceptMs: rules.acceptMs,
        newId: () => rooms.newId(),
        herald: {
          found: (to, match, players) => this.emit("found", { match, players, acceptMs: rules.acceptMs }, told(to)),
          accepted: (to, match, accepted, players) => this.emit("accepted", { match, accepted, players }, told(to)),
          ready: (to, match, roomId, team) => this.emit("ready", { match, roomId, team }, told(to)),
          back: (to, reason: QueueReason) => this.emit("back", { reason }, told(to)),
          out: (to, reason: QueueReason) => this.emit("out", { reason }, told(to)),
        },
      });
      this.#making = new Making({ type, rooms, tickets: this.#tickets, matches: this.#matches, state: this.state });
      this.#standings = new Standings({
        tickets: this.#tickets,
        state: this.state,
        place: (to, place, waitMs) =>
          this.emit("place", { place, ...(waitMs === undefined ? {} : { waitMs }) }, told(to)),
      });
    }

    /** Seats of matches that run come first: there somebody misses a player already. */
    #look(nowMs: number): void {
      const waiting = this.#tickets.waiting;
      if (waiting.length === 0) return;
      let crowd = this.#tickets.matchable(waiting);
      if (rules.backfill) {
        this.#askForOpenings(nowMs);
        const openings = this.#openings.splice(0).map((opening) => this.#unclaimed(opening));
        const backfills = findBackfills(crowd, openings, rules, nowMs);
        for (const backfill of backfills) this.#matches.fill(backfill, nowMs);
        const filled = new Set<Ticket>(backfills.map(({ ticket }) => ticket));
        crowd = crowd.filter((ticket) => !filled.has(ticket));
      }
      for (const match of findMatches(crowd, rules, nowMs)) this.#matches.begin(match, nowMs);
    }

    #askForOpenings(nowMs: number): void {
      if (nowMs < this.#nextOpeningsMs) return;
      this.#nextOpeningsMs = nowMs + LIMITS.queueOpeningsMs;
      rooms.openings(type).then(
        (openings) => (this.#openings = openings),
        () => (this.#openings = []),
      );
    }

    #unclaimed(opening: Opening): Opening {
      const free = [...opening.free];
      for (const team of this.#matches.claimed(opening.id)) free[team]!--;
      return { ...opening, free };
    }

    #matchOf(sessionId: string) {
      const waiter = this.#tickets.waiter(sessionId);
      const id = waiter === undefined ? "" : this.#tickets.get(waiter.ticket)!.match;
      const match = this.#matches.get(id);
      return match === undefined ? undefined : { id, match };
    }

    /** undefined: there is nothing to have a seat in. */
    #seat(sessionId: string, id: string): Promise<SeatAnswer | undefined> {
      const found = this.#matchOf(sessionId);
      if (found?.id !== id || found.match.stage !== "ready") return Promise.resolve(undefined);
      const { options, auth, seat, skill } = this.#tickets.waiter(sessionId)!;
      return rooms.seat(found.match.roomId, {
        sessionId: seat,
        options: JSON.parse(options),
        auth: auth === "" ? undefined : JSON.parse(auth),
        team: this.#matches.teamOf(sessionId),
        skill,
        isBackfill: found.match.isBackfill,
      });
    }

    #where(sessionId: string) {
      const waiter = this.#tickets.waiter(sessionId);
      if (waiter === undefined) return { stage: "out" as const };
      const found = this.#matchOf(sessionId);
      if (found === undefined) {
        const isComplete = this.#tickets.get(waiter.ticket)!.sinceMs > 0;
        return { stage: isComplete ? ("waiting" as const) : ("party" as const) };
      }
      const { id, match } = found;
      return {
        stage: match.stage as QueueStage,
        match: id,
        roomId: match.roomId,
        team: this.#matches.teamOf(sessionId),
        players: this.#matches.playersOf(id).length,
        acceptMs: Math.max(0, match.endsMs - this.#nowMs),
      };
    }
  }
  if (keeper.onAuth === Room.onAuth) return QueueRoom as unknown as RoomClass;
  return Object.assign(QueueRoom as unknown as RoomClass, {
    onAuth: (token: string, { options }: JoinOptions<Queue>, context: AuthContext) =>
      keeper.onAuth(token, options, context),
  });
}

function filtersIn(type: RoomType, options: unknown): Ticket["filters"] {
  const checked = joinOptions(type, options) as Record<string, unknown>;
  return Object.fromEntries(type.filterBy.map((field) => [field, String(checked[field])]));
}

function tooLarge(size: number): NetError {
  const message = `at most ${size} expected, as many as a team has`;
  return new NetError("OPTIONS_INVALID", `party.size: ${message}`, { issues: [{ field: "party.size", message }] });
}
