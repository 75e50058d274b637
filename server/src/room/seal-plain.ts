/** A plain Colyseus room class, sealed as it is: it keeps its own loop, and each of its patches counts as a tick. */
import { defineRoomType, NoMemory, type SchemaClass } from "@ninelives/shared-schema";
import { Schema } from "@colyseus/schema";
import { useMonotonicTime } from "../adapter.ts";
import { protect, type RoomClass, runtimeOf } from "./protect.ts";
import type { RoomServices } from "./services.ts";
import { warnOfUnlogged } from "./unlogged.ts";

/** Stands in a plain room's contract, where a rate has to be; its own loop and patchRate rule in truth. */
const NOMINAL_HZ = 20;

/** `name` is what the class is registered by. */
export function sealPlain(name: string, Game: RoomClass, services: RoomServices): RoomClass {
  const type = defineRoomType({
    name,
    tickHz: NOMINAL_HZ,
    maxPlayers: 10_000,
    state: Schema as SchemaClass,
    memory: NoMemory,
  });
  return class SealedRoom extends protect(Game, type, services) {
    constructor() {
      super();
      useMonotonicTime(this.clock, () => services.clock.now());
    }

    override async onCreate(options: unknown): Promise<void> {
      await super.onCreate?.(options);
      if (this.state !== undefined) warnOfUnlogged(type, [this.state.constructor as SchemaClass], services.logger);
      await runtimeOf(this).start(this.roomId);
    }

    override broadcastPatch(): boolean {
      const changed = super.broadcastPatch();
      runtimeOf(this).publishOwnLoop();
      return changed;
    }
  };
}
