/**
 * To whom a process that goes away leaves its rooms. Who has just come is there to take our place and gets them, until it has as
 * many as we had; then each goes to whoever has the fewest. Those that are to go next get none that way: in a rolling deploy a
 * room moves once. The heir's name stands in the store beside the release, and everyone else leaves the room to it while it lives.
 *
 * An heir need not know who is dead: it is told what is its own. So it may be new.
 */
import { LIMITS } from "@ninelives/shared-schema";
import type { LogStore } from "../log/store.ts";
import type { Clock } from "../tick/clock.ts";
import type { Detector } from "./detector.ts";
import type { Heir } from "./finish.ts";
import type { Member } from "./members.ts";
import { place, type RoomKind, staying, versed } from "./placement.ts";

/** Between two looks whether an heir has come, ms. */
const LOOK_MS = 10;

export interface BequestOptions {
  readonly me: string;
  readonly clock: Clock;
  readonly store: LogStore;
  readonly detector: Detector;
  /** undefined where it makes no difference among these. */
  readonly kindOf: (roomId: string, among: readonly Member[]) => Promise<RoomKind | undefined>;
}

export class Bequest {
  readonly #options: BequestOptions;
  /** Rooms of each process: as many as it had when we first looked, and what we left it since. */
  readonly #rooms = new Map<string, number>();
  /** Those that had just come when we began to go. */
  #fresh: ReadonlySet<string> | undefined;
  /** Our own, then. */
  #ours: number | undefined;

  constructor(options: BequestOptions) {
    this.#options = options;
  }

  async heirOf(roomId: string): Promise<Heir> {
    const { me, detector, kindOf } = this.#options;
    const others = staying(detector.living).filter(({ processId }) => processId !== me);
    if (others.length === 0) return "nobody";
    const able = versed(others, await kindOf(roomId, detector.living));
    if (able.length === 0) return "stranded";
    this.#fresh ??= new Set(others.filter(({ info }) => info.isNew).map(({ processId }) => processId));
    this.#ours ??= detector.find(me)?.info.rooms ?? 0;
    const fresh = able.filter((member) => this.#isReplacement(member));
    const willing = fresh.length > 0 ? fresh : able;
    const fewest = Math.min(...willing.map((member) => this.#roomsOf(member)));
    const heir = place(
      roomId,
      willing.filter((member) => this.#roomsOf(member) === fewest),
    );
    this.#rooms.set(heir!.processId, fewest + 1);
    return heir!;
  }

  /** Resolves when somebody has claimed a released room, when its heir will not, and after LIMITS.heirMs. Never rejects. */
  async claimed(roomId: string, heir: Member): Promise<void> {
    const { clock, store, detector } = this.#options;
    const endMs = clock.now() + LIMITS.heirMs;
    while (clock.now() < endMs && staying(detector.living).some(({ processId }) => processId === heir.processId)) {
      const room = await store.ownerOf(roomId).catch(() => undefined);
      if (room?.owner !== "") return;
      await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
    }
  }

  /** Has come in our place, and has not yet what we had. */
  #isReplacement(member: Member): boolean {
    return this.#fresh!.has(member.processId) && this.#roomsOf(member) < this.#ours!;
  }

  #roomsOf({ processId, info }: Member): number {
    const known = this.#rooms.get(processId) ?? info.rooms;
    this.#rooms.set(processId, known);
    return known;
  }
}
