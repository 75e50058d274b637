/** What the keeper needs of the host around it: the rooms, the way to other processes, and somebody who counts. */
import type { OwnedRoom } from "../log/store.ts";
import type { DeathSign } from "./detector.ts";
import type { Member, MemberInfo } from "./members.ts";
import type { RoomKind } from "./placement.ts";

export interface LocalRoom {
  readonly roomId: string;
  /** 0 while the claim is on its way. */
  readonly epoch: number;
  readonly players: number;
}

export interface LocalRooms {
  /** Rooms of this process: those it makes and restores from before their claim is sent, those it closes until the store has said so. */
  owned(): readonly LocalRoom[];
  /** Now, and before this returns: no step, no append, no answer of any room until it thaws, of those being restored either. */
  freeze(): void;
  /** The room is ours as before. */
  thaw(roomId: string): void;
  /** Lets go of a room, or of what a failed restore left: its clients are told to come again. `to`: who has it, if that is known. */
  drop(roomId: string, to: Member | undefined): void;
  /**
   * Claims a room from `room.epoch`, reads it, rebuilds it and opens it for resumes. Rejects with a recoverable NetError when
   * another time or place may do: OWNED, a store that is away. With anything else the room is quarantined.
   */
  restore(room: OwnedRoom): Promise<void>;
  /** undefined: not known. */
  kindOf(roomId: string): Promise<RoomKind | undefined>;
  /** What other processes are told of this one. */
  info(): MemberInfo;
  /** The store has forgotten what we wrote: write listings and every room's log anew. */
  relist(): void;
}

export interface Peers {
  /** Asks another process whether it can reach the store. Rejects when it does not answer in LIMITS.peerAnswerMs. */
  canReachStore(inner: string): Promise<boolean>;
  /** How long the store has not answered another process, ms. Rejects likewise, and when it does not say. */
  quietMs(inner: string): Promise<number>;
}

export interface KeeperEvents {
  /** `afterMs`: since its last sign of life. */
  died(member: Member, sign: DeathSign, afterMs: number): void;
  /** `ms`: from when its turn came until it was open. */
  tookOver(room: OwnedRoom, ms: number): void;
  quarantined(room: OwnedRoom, error: unknown): void;
  /** The lease is over. */
  froze(rooms: number): void;
  thawed(roomId: string): void;
  dropped(roomId: string, to: Member | undefined): void;
  /** Something of the keeper failed; it goes on. */
  fault(message: string, error: unknown): void;
}
