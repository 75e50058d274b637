/**
 * A GameRoom class, sealed for its type: a fixed tick of its own, joins, leaves and commands at tick edges, a seat that is held
 * for a dropped player, join options and events checked against the type.
 */
import { type Client, ClientState, Rewind, type Room } from "@colyseus/core";
import { CODES, fieldIssues, issueText, LIMITS, NetError, type RoomType } from "@ninelives/shared-schema";
import {
  advertisePatchRate,
  endStaleConnection,
  holdSeat,
  isConfirmed,
  StepClock,
  stopPatchTimer,
} from "../adapter.ts";
import { greetingOf } from "../session/greetings.ts";
import { seatToken } from "../session/token.ts";
import type { TopicAccess } from "../topics/audience.ts";
import { RoomTopics } from "../topics/room-topics.ts";
import { converse } from "./conversation.ts";
import { emit } from "./emit.ts";
import { attachHost, GameRoom, type GameRoomHost } from "./game-room.ts";
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
    /** Connections whose player was told to be in, or is about to be: these may come back. */
    readonly #letIn = new WeakSet<Client>();
    /** Connections of players who had the seat before: they know of it, whatever this connection lost. */
    readonly #cameBack = new WeakSet<Client>();
    readonly #topics = new RoomTopics({
      room: runtimeOf(this),
      host: services.hostTopics,
      roomId: () => this.roomId,
      newEpoch: services.topicEpoch,
      mayUse: (client, topic, access) => this.#mayUse(client, topic, access),
      onFault: (error, where) => this.#fault(error, where),
    });

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
      converse({
        room: this,
        type,
        runtime: runtimeOf(this),
        topics: this.#topics,
        handlers: gameOf(this).commands,
        metrics: services.metrics,
        onFault: (error, where) => this.#fault(error, where),
      });
      await super.onCreate?.(joinOptions(type, options));
      await runtimeOf(this).start(this.roomId);
    }

    /** A player is in when the log knows it: who was told of a seat has it also after a crash. */
    override onJoin(client: Client, options?: unknown, auth?: unknown): Promise<void> {
      const checked = joinOptions(type, options);
      const { sessions, outbox } = runtimeOf(this);
      return this.#atTickEdge(async () => {
        sessions.entered(client);
        this.#connected(client, 1);
        const joined = super.onJoin!(client, checked as never, auth as never);
        await Promise.all([joined, new Promise<void>((committed) => outbox.stage(committed))]);
        if (client.state === ClientState.JOINING) this.#letIn.add(client);
      });
    }

    /** The connection is taken at once, and the game told at the tick edge: a cut in between loses no seat. */
    override onReconnect(client: Client): void {
      client.reconnectionToken = this.#token(client.sessionId);
      this.#letIn.add(client);
      this.#cameBack.add(client);
      const greeting = greetingOf(client.ref);
      const page = greeting === undefined ? 0 : runtimeOf(this).seats.page(client.sessionId, greeting.page);
      void this.#atTickEdge(() => {
        runtimeOf(this).sessions.entered(client);
        this.#connected(client, page);
        return super.onReconnect!(client);
      }).catch((error: unknown) => this.#fault(error, "onReconnect"));
    }

    override onLeave(client: Client, code?: number): Promise<void> {
      return this.#atTickEdge(() => {
        const { sessions, delivery } = runtimeOf(this);
        sessions.left(client.sessionId);
        this.#topics.left(client.sessionId);
        delivery.left(client.sessionId);
        return super.onLeave!(client, code);
      });
    }

    /**
     * A player who is back before the old connection was missed takes the seat over from it. Our client may ask again, and is
     * told when it is a newer page that came; a stock one may not, or two of them would never stop.
     */
    override hasReservedSeat(sessionId: string, reconnectionToken?: string): boolean {
      const codeFor = ({ ref }: Client) =>
        (greetingOf(ref) === undefined ? CODES.REPLACED : CODES.MAY_TRY_RECONNECT).code;
      if (reconnectionToken !== undefined) endStaleConnection(this, sessionId, reconnectionToken, codeFor);
      return super.hasReservedSeat(sessionId, reconnectionToken);
    }

    /** The seat is held at once, so that a client that is back before the next tick finds it. */
    override onDrop(client: Client, code?: number): Promise<void> {
      const isIn = this.#letIn.has(client) && code !== CODES.BAD_FRAME.code;
      const isKnown = isConfirmed(client) || this.#cameBack.has(client);
      const seconds = isIn ? this.#seatHoldSeconds(isKnown) : 0;
      if (seconds > 0) this.#hold(client, seconds);
      runtimeOf(this).delivery.disconnected(client);
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

    #token(sessionId: string): string {
      return seatToken(runtimeOf(this).memory.host.secret, this.roomId, sessionId);
    }

    #seatHoldSeconds(confirmed: boolean): number {
      const held = gameOf(this).seatHoldSeconds ?? services.seatHoldSeconds;
      return confirmed ? held : Math.min(held, LIMITS.unconfirmedSeatHoldSeconds);
    }

    #hold(client: Client, seconds: number): void {
      const seat = holdSeat(this, client);
      const timer = services.clock.after(seconds * 1000, () => seat.giveUp());
      void seat.settled.then(() => timer.cancel());
    }

    /** Our client is welcomed, and told what it misses; a stock one is not. */
    #connected(client: Client, page: number): void {
      client.reconnectionToken = this.#token(client.sessionId);
      const greeting = greetingOf(client.ref);
      if (greeting === undefined) return;
      runtimeOf(this).delivery.connected(client, greeting, { page, seatHoldMs: this.#seatHoldSeconds(true) * 1000 });
    }

    #host(): GameRoomHost {
      const runtime = runtimeOf(this);
      return {
        get tick() {
          return runtime.tick;
        },
        memory: runtime.memory,
        random: runtime.random,
        publish: (topic, payload) => this.#topics.publishOwn(topic, payload),
        emit: (name, payload, to) => emit(runtime, name, payload, to, (error) => this.#fault(error, `event ${name}`)),
      };
    }

    /** What the game says; a throw is a no. */
    #mayUse(client: Client, topic: string, access: TopicAccess): boolean {
      try {
        return gameOf(this).authorizeTopic?.(client, topic as never, access) ?? false;
      } catch (error) {
        this.#fault(error, "authorizeTopic");
        return false;
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
