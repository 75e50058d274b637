/** The rooms that are there, as the server's news make them. */
export interface ListedRoom {
  readonly roomId: string;
  readonly type: string;
  readonly players: number;
  /** null: no limit. */
  readonly maxPlayers: number | null;
  /** Its players come from a queue; nobody can join from here. */
  readonly isMatch?: true;
}

export interface RoomNews {
  readonly rooms: readonly ListedRoom[];
  readonly gone?: readonly string[];
}

export class RoomList {
  readonly #rooms = new Map<string, ListedRoom>();

  /** In the order they came. */
  get rooms(): readonly ListedRoom[] {
    return [...this.#rooms.values()];
  }

  clear(): void {
    this.#rooms.clear();
  }

  apply({ rooms, gone = [] }: RoomNews): void {
    for (const roomId of gone) this.#rooms.delete(roomId);
    for (const room of rooms) this.#rooms.set(room.roomId, room);
  }
}
