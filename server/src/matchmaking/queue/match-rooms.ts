/** What a queue needs of the world outside: rooms for its matches, seats in them, and matches that run and have seats to fill. */
import { generateId, matchMaker } from "@colyseus/core";
import { type MatchSeat, NetError, type Opening, type RoomType } from "@ninelives/shared-schema";
import { MATCH_OPTION, type MatchFacts, type Promised, type Sent } from "../../room/match-seats.ts";
import { askRoom, type RoomFinder } from "../ask-room.ts";
import type { DirectoryBackend } from "../backend.ts";
import { busyError } from "../busy.ts";
import type { Conditions, Row } from "../listing.ts";
import type { Seating } from "../seating.ts";

export interface NewMatch {
  readonly roomId: string;
  readonly options: unknown;
  readonly facts: MatchFacts;
}

export interface MatchRoomsOptions {
  readonly backend: DirectoryBackend;
  readonly finder: RoomFinder;
  /** undefined for a host that is alone. */
  readonly seating: Seating | undefined;
  /** This process makes rooms. Asked where it is alone. */
  readonly mayMake: () => boolean;
  /** Where else a client may ask for a room, this process among them. */
  readonly doors: () => readonly string[];
  /** Told when the room of a match could not be made, though everything else works. */
  readonly onFault: (error: unknown, typeName: string) => void;
  /** Told how long each ticket waited for its match, ms. */
  readonly onWaited: (typeName: string, waitMs: number) => void;
}

export class MatchRooms {
  readonly #options: MatchRoomsOptions;

  constructor(options: MatchRoomsOptions) {
    this.#options = options;
  }

  /** Monotonic, ms. */
  get nowMs(): number {
    return this.#options.finder.clock.now();
  }

  newId(): string {
    return generateId();
  }

  /**
   * Makes the room of a match, however often it is asked. false: nothing will come of this room; another one may. Rejects with BUSY
   * when it is to be tried again, and with what the game's code threw.
   */
  async make(type: RoomType, match: NewMatch): Promise<boolean> {
    const { backend, onFault } = this.#options;
    try {
      return await this.#make(type, match);
    } catch (error) {
      if (error instanceof NetError) throw error;
      if (!backend.isAnswering()) throw busyError("what the processes share does not answer, and no room can be made");
      onFault(error, type.name);
      throw error;
    }
  }

  /** A ticket has a match. */
  waited({ name }: RoomType, waitMs: number): void {
    this.#options.onWaited(name, waitMs);
  }

  /** A promised seat, which may be asked for again until it is taken. Rejects with BUSY when the room does not answer in time. */
  async seat(roomId: string, sent: Sent): Promise<MatchSeat | "gone" | "full"> {
    const { finder, doors } = this.#options;
    const answered = await askRoom<Promised>(finder, roomId, "_promiseMatchSeat", [sent]);
    if (answered === "gone") return "gone";
    if (answered === "late") throw busyError(`room "${roomId}" is moving to another process`);
    const { row, answer } = answered;
    if (answer === "full") return "full";
    if (answer === "in") throw busyError(`this player has a seat in room "${roomId}" already`);
    const { name, processId, publicAddress } = row;
    const seat = { name, roomId, sessionId: sent.sessionId, processId };
    const isFar = publicAddress !== undefined && doors().length > 0;
    return isFar ? { ...seat, publicAddress, doors: [...doors()] } : seat;
  }

  async openings({ name }: RoomType): Promise<Opening[]> {
    const { driver } = this.#options.backend;
    const rows: readonly Row[] =
      "openings" in driver ? await driver.openings(name) : driver.query({ name, private: true });
    return rows.flatMap(({ roomId: id, match }) =>
      match === undefined ? [] : [{ ...match, id, region: match.region }],
    );
  }

  async #make({ name, maxPlayers }: RoomType, { roomId, options, facts }: NewMatch): Promise<boolean> {
    const { seating, mayMake } = this.#options;
    const all = { ...(options as Conditions), [MATCH_OPTION]: facts };
    if (seating !== undefined) {
      const plan = { roomId, typeName: name, options: all, region: facts.region };
      return (await seating.room(plan, maxPlayers)) !== undefined;
    }
    if (matchMaker.getLocalRoomById(roomId) !== undefined) return true;
    if (!mayMake()) throw busyError("this process has too much to do, and makes no room");
    await matchMaker.handleCreateRoom(name, all as never, undefined, roomId);
    return true;
  }
}
