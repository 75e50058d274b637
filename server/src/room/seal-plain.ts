/** A plain Colyseus room class, sealed as it is: it keeps its own loop, and each of its patches counts as a tick. */
import type { Client, Room } from "@colyseus/core";
import { defineRoomType, NoMemory, type RoomType, type SchemaClass } from "@ninelives/shared-schema";
import { Schema, type StateView } from "@colyseus/schema";
import { isGhost, isHeld, useMonotonicTime } from "../adapter.ts";
import { holdFor } from "../session/hold.ts";
import { report } from "./contain.ts";
import { attempt } from "./game-calls.ts";
import { codeOf } from "./own-code.ts";
import type { Past, Pause } from "./past.ts";
import { goingOn, hasLeft, keepWith, openRoom, pastOf, runtimeOf, tokensOf } from "./inside.ts";
import { protect, type RoomClass } from "./protect.ts";
import type { RoomServices } from "./services.ts";
import { warnOfUnkept, warnOfUnkeptFields, warnOfUnlogged } from "./unlogged.ts";

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
  warnOfUnkept(name, Game, services.logger);
  return class SealedRoom extends protect(Game, type, services) {
    constructor() {
      super();
      useMonotonicTime(this.clock, () => services.clock.now());
      keepWith(this, () => this.#keepFields());
    }

    override async onCreate(options: unknown): Promise<void> {
      const past = pastOf(this);
      if (past === undefined) runtimeOf(this).memory.host.createOptions = textOf(options ?? {});
      await (past === undefined ? this.#create() : goingOn(this, () => this.#create(past)));
    }

    override async onJoin(client: Client, options?: unknown, auth?: unknown): Promise<void> {
      if (!isGhost(client)) return super.onJoin!(client, options, auth);
      client.auth = runtimeOf(this).seats.auth(client.sessionId);
      tokensOf(this).tell(client);
      const show = () => {
        const view = (this as unknown as KeepsFields).viewFor?.(client);
        if (view !== undefined) client.view = view;
      };
      attempt("viewFor", show, (error, where) => report(this, error, where));
    }

    /** The game holds the seat, or does not; after a takeover it is held in any case, for the player did nothing. */
    override async onDrop(client: Client, code?: number): Promise<void> {
      if (hasLeft(this)) return;
      runtimeOf(this).seats.connected(client.sessionId, false);
      await super.onDrop?.(client, code);
      if (!isGhost(client) || isHeld(this, client.sessionId)) return;
      holdFor(this, client, services.seatHoldSeconds, services.clock);
    }

    override broadcastPatch(): boolean {
      const changed = super.broadcastPatch();
      if (!hasLeft(this) && runtimeOf(this).mayStep) {
        attempt(
          "serialize",
          () => this.#keepFields(),
          (error, where) => report(this, error, where),
        );
        runtimeOf(this).publishOwnLoop(codeOf(this).takeSpent());
      }
      return changed;
    }

    /** The room's own loop: its steps fail as those of a typed room do. */
    override setTimestep(...[step, ...rest]: Parameters<Room["setTimestep"]>): void {
      super.setTimestep(watched(this, step, "setTimestep"), ...rest);
    }

    override setFixedTimestep(...[step, ...rest]: Parameters<Room["setFixedTimestep"]>): void {
      super.setFixedTimestep(watched(this, step, "setFixedTimestep"), ...rest);
    }

    async #create(past?: Past<RoomType>): Promise<void> {
      await super.onCreate?.(JSON.parse(runtimeOf(this).memory.host.createOptions) as never);
      if (this.state !== undefined) warnOfUnlogged(type, [this.state.constructor as SchemaClass], services.logger);
      warnOfUnkeptFields(name, Game, this, services.logger);
      if (past !== undefined) this.#goOn(past);
      await openRoom(this, services);
    }

    /** What onCreate made is replaced by what was, before anything of it is seen. */
    #goOn(past: Past<RoomType>): void {
      const runtime = runtimeOf(this);
      const game = this as unknown as KeepsFields;
      if (this.state !== undefined) this.state = past.state(this.state.constructor as SchemaClass);
      this.clock.elapsedTime = past.elapsedMs;
      const { fields } = runtime.memory.host;
      if (fields !== "") game.hydrate?.(JSON.parse(fields));
      game.onRestore?.(runtime.pause);
    }

    #keepFields(): void {
      const { host } = runtimeOf(this).memory;
      const text = textOf((this as unknown as KeepsFields).serialize?.());
      if (text !== host.fields) host.fields = text;
    }
  };
}

/**
 * Colyseus's own way to end a loop is to give none. A step that throws is over, and no more: a plain room's step takes in whatever players
 * sent as it came, so one of them could end the match of all by sending what its code does not expect, twice.
 */
function watched<Step extends ((...args: never[]) => unknown) | undefined>(room: Room, step: Step, name: string): Step {
  if (step === undefined) return step;
  const run = (...args: never[]) =>
    attempt(
      name,
      () => codeOf(room).run(() => step(...args)),
      (error, where) => report(room, error, where),
    );
  return run as unknown as Step;
}

/** What a plain room may have besides Colyseus's hooks, to keep what is not in its state. */
export interface KeepsFields {
  /** Everything else that matters, as plain data. Called at every patch. */
  serialize?(): unknown;
  /** What `serialize` returned last, in a room that was taken over, after its `onCreate`. */
  hydrate?(fields: unknown): void;
  /** What this player sees of the hidden fields; asked after a takeover. */
  viewFor?(client: Client): StateView | undefined;
  /** The match goes on in this process; see GameRoom. */
  onRestore?(pause: Pause): void;
}

function textOf(data: unknown): string {
  return JSON.stringify(data) ?? "";
}
