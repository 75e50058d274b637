/** Whatever a game says of how its room is listed is noted at once: the next owner lists it alike. */
import type { Room } from "@colyseus/core";
import type { RoomClass } from "./protect.ts";

export function listed(Game: RoomClass, note: (room: Room) => void): RoomClass {
  return class ListedRoom extends Game {
    override setMatchmaking(...args: Parameters<Room["setMatchmaking"]>): Promise<void> {
      const done = super.setMatchmaking(...args);
      note(this);
      return done;
    }

    override setMetadata(...args: Parameters<Room["setMetadata"]>): Promise<void> {
      const done = super.setMetadata(...args);
      note(this);
      return done;
    }

    override setPrivate(...args: Parameters<Room["setPrivate"]>): Promise<void> {
      const done = super.setPrivate(...args);
      note(this);
      return done;
    }

    override lock(...args: Parameters<Room["lock"]>): Promise<void> {
      const done = super.lock(...args);
      note(this);
      return done;
    }

    override unlock(...args: Parameters<Room["unlock"]>): Promise<void> {
      const done = super.unlock(...args);
      note(this);
      return done;
    }
  };
}
