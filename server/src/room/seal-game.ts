/**
 * A GameRoom class, sealed for its type: a fixed tick of its own, joins, leaves and commands at tick edges, a seat that is held
 * for a dropped player, join options and events checked against the type.
 */
import { type Client, type MessageContext, Rewind, type Room } from "@colyseus/core";
import { CODES, fieldIssues, issueText, LIMITS, NetError, type RoomType } from "@ninelives/shared-schema";
import { advertisePatchRate, endStaleConnection, StepClock, stopPatchTimer } from "../adapter.ts";
import { type CommandQueue, type Handler, submitCommand } from "../inbox/commands.ts";
import { attachHost, GameRoom, type GameRoomHost, type Recipients } from "./game-room.ts";
import { protect, type RoomClass, runtimeOf } from "./protect.ts";
import type { RoomServices } from "./services.ts";
import { warnOfUnlogged } from "./unlogged.ts";

export function sealGame(type: RoomType, Game: RoomClass, services: RoomServices, tuning: unknown): RoomClass {
  if (!(Game.prototype instanceof GameRoom)) {
    throw new TypeError(`room type "${type.name}": a class that extends GameRoom expected, ${Game.name} got`);
  }
  const dt = 1 / type.tickHz;
  warnOfUnlogged(type, [type.state, type.memory], services.logger);

  class SealedGameRoom extends protect(Game, type, services) {
    /** Patches leave at tick edges only; one that is asked for in between waits for the next. */
    #publishing = false;

    constructor() {
      super();
      const clock = new StepClock((error) => this.#fault(error, "timer"));
      this.clock = clock;
      stopPatchTimer(this);
      this.maxClients = type.maxPlayers;
      this.state ??= new type.state();
      attachHost(this, this.#host(), tuning);
      const game = gameOf(this);
      runtimeOf(this).drive({
        advanceClock: (stepMs) => clock.step(stepMs),
        step: (tick) => this.#attempt("onTick", () => game.onTick?.({ tick, dt, elapsedMs: clock.elapsedTime })),
        publish: (patch) => {
          this.#publishing = true;
          try {
            Rewind.get(this).record(clock.elapsedTime, 1000 / type.tickHz);
            return patch();
          } finally {
            this.#publishing = false;
          }
        },
      });
      if (type.input !== undefined) {
        const inputs = this.defineInput(type.input, {
          ...game.inputOptions,
          tickRate: type.tickHz,
          bufferMaxSize: LIMITS.inputBuffer,
        });
        Object.assign(this, { inputs });
      }
    }

    override async onCreate(options: unknown): Promise<void> {
      advertisePatchRate(this, 1000 / type.tickHz);
      this.#registerCommands();
      await super.onCreate?.(joinOptions(type, options));
      await runtimeOf(this).start(this.roomId);
    }

    override onJoin(client: Client, options?: unknown, auth?: unknown): Promise<void> {
      const checked = joinOptions(type, options);
      return this.#atTickEdge(() => super.onJoin!(client, checked as never, auth as never));
    }

    override onReconnect(client: Client): Promise<void> {
      return this.#atTickEdge(() => super.onReconnect!(client));
    }

    override onLeave(client: Client, code?: number): Promise<void> {
      return this.#atTickEdge(() => super.onLeave!(client, code));
    }

    /** A player who is back before the old connection was missed (another network) takes the seat over from it. */
    override hasReservedSeat(sessionId: string, reconnectionToken?: string): boolean {
      if (reconnectionToken !== undefined) endStaleConnection(this, sessionId, reconnectionToken);
      return super.hasReservedSeat(sessionId, reconnectionToken);
    }

    /** The seat is held at once, so that a client that is back before the next tick finds it. */
    override onDrop(client: Client, code?: number): Promise<void> {
      const held = gameOf(this).seatHoldSeconds ?? services.seatHoldSeconds;
      const seconds = code === CODES.BAD_FRAME.code ? 0 : held;
      if (seconds > 0) this.allowReconnection(client, seconds).catch(() => {});
      const { roomId } = this;
      services.logger.info(
        { roomId, sessionId: client.sessionId, roomType: type.name, code, heldSeconds: seconds },
        "player dropped",
      );
      return this.#atTickEdge(() => {
        runtimeOf(this).seats.connected(client.sessionId, false);
        return super.onDrop?.(client, code) as void;
      });
    }

    override broadcastPatch(): boolean {
      return this.#publishing && super.broadcastPatch();
    }

    async #atTickEdge(run: () => void | Promise<unknown>): Promise<void> {
      await runtimeOf(this).inbox.atTickEdge(run);
    }

    #registerCommands(): void {
      const { inbox, outbox } = runtimeOf(this);
      const handlers = gameOf(this).commands as Record<string, Handler | undefined>;
      const queue: CommandQueue = {
        type,
        inbox,
        outbox,
        onFault: (error, name) => this.#fault(error, `command ${name}`),
      };
      for (const name of Object.keys(type.commands)) {
        const handler = handlers[name];
        if (handler === undefined)
          throw new TypeError(`room type "${type.name}": command "${name}" has no handler in ${Game.name}`);
        const answer = async (client: Client, payload: unknown, context?: MessageContext): Promise<unknown> => {
          const outcome = await submitCommand(queue, name, handler.bind(this), client, payload);
          if (outcome.ok) return outcome.result;
          services.metrics.refused(type.name, outcome.fault.name);
          return context?.reject(outcome.fault);
        };
        this.onMessage(name, answer as unknown as () => void);
      }
    }

    #host(): GameRoomHost {
      const runtime = runtimeOf(this);
      return {
        get tick() {
          return runtime.tick;
        },
        memory: runtime.memory,
        random: runtime.random,
        emit: (name, payload, to) => {
          const parsed = type.events[name]!.safeParse(payload);
          if (!parsed.success) throw new TypeError(`event "${name}": ${issueText(fieldIssues(parsed.error.issues))}`);
          runtime.outbox.stage(() => this.#attempt(`event ${name}`, () => this.#send(name, parsed.data, to)));
        },
      };
    }

    #send(name: string, payload: unknown, to: Recipients | undefined): void {
      if (to === undefined) this.broadcast(name as never, payload as never);
      else if (typeof to !== "function") to.send(name, payload);
      else {
        for (const client of this.clients) if (to(client)) client.send(name, payload);
      }
    }

    #attempt(where: string, run: () => unknown): void {
      try {
        const later = run();
        if (later instanceof Promise) later.catch((error: unknown) => this.#fault(error, where));
      } catch (error) {
        this.#fault(error, where);
      }
    }

    #fault(error: unknown, where: string): void {
      this.onUncaughtException!(error as never, where as never);
    }
  }
  return SealedGameRoom;
}

function gameOf(room: Room): GameRoom<RoomType> {
  return room as unknown as GameRoom<RoomType>;
}

/** Join options as the game gets them. Throws OPTIONS_INVALID with every wrong field. */
export function joinOptions(type: RoomType, options: unknown): unknown {
  const parsed = type.options.safeParse(options ?? {});
  if (parsed.success) return parsed.data;
  const issues = fieldIssues(parsed.error.issues);
  throw new NetError("OPTIONS_INVALID", `join options of "${type.name}": ${issueText(issues)}`, { issues });
}
