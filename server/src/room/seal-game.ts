/**
 * A GameRoom class, sealed for its type: a fixed tick of its own, joins, leaves and commands at tick edges, a seat that is held
 * for a dropped player, join options and events checked against the type.
 */
import { type Client, ClientState, Rewind, type Room } from "@colyseus/core";
import { CODES, LIMITS, type RoomType } from "@ninelives/shared-schema";
import { advertisePatchRate, endStaleConnection, isGhost, StepClock, stopPatchTimer } from "../adapter.ts";
import { greetingOf } from "../session/greetings.ts";
import { joinOptions } from "../session/join-options.ts";
import { RoomTopics } from "../topics/room-topics.ts";
import { report } from "./contain.ts";
import { converse } from "./conversation.ts";
import { attempt, checkTimers, mayUseTopic, showHidden } from "./game-calls.ts";
import { gameRoomHost } from "./game-host.ts";
import { attachHost, GameRoom } from "./game-room.ts";
import { MatchSeats, type Promised, type Sent } from "./match-seats.ts";
import { goingOn, hasLeft, openRoom, pastOf, runtimeOf, tokensOf } from "./inside.ts";
import { protect, type RoomClass } from "./protect.ts";
import { SeatHold } from "./seat-hold.ts";
import type { RoomServices } from "./services.ts";
import { warnOfUnlogged } from "./unlogged.ts";
import { warmthOf } from "./warm-room.ts";

export function sealGame(type: RoomType, Game: RoomClass, services: RoomServices, tuning: unknown): RoomClass {
  if (!(Game.prototype instanceof GameRoom)) {
    throw new TypeError(`room type "${type.name}": a class that extends GameRoom expected, ${Game.name} got`);
  }
  const dt = 1 / type.tickHz;
  warnOfUnlogged(type, [type.state, type.memory], services.logger);

  class SealedGameRoom extends protect(Game, type, services) {
    readonly #onFault = (error: unknown, where: string) => report(this, error, where);
    /** Patches leave at tick edges only; one that is asked for in between waits for the next. */
    #publishing = false;
    /** Connections whose player was told to be in, or is about to be: these may come back. */
    readonly #letIn = new WeakSet<Client>();
    readonly #held = new SeatHold({
      room: this,
      seats: runtimeOf(this).seats,
      clock: services.clock,
      seconds: () => gameOf(this).seatHoldSeconds ?? services.seatHoldSeconds,
    });
    readonly #match = new MatchSeats(this, type, runtimeOf(this));
    readonly #topics = new RoomTopics({
      room: runtimeOf(this),
      host: services.hostTopics,
      roomId: () => this.roomId,
      newEpoch: services.topicEpoch,
      mayUse: (client, topic, access) => mayUseTopic(gameOf(this), client, topic, access, this.#onFault),
      onFault: this.#onFault,
    });

    constructor() {
      super();
      const past = pastOf(this);
      const clock = new StepClock((error) => this.#onFault(error, "timer"), past?.elapsedMs);
      this.clock = clock;
      stopPatchTimer(this);
      this.maxClients = type.maxPlayers;
      if (past !== undefined) this.state = past.state(type.state);
      else this.state ??= new type.state();
      const onEventFault = (error: unknown, name: string) => this.#onFault(error, `event ${name}`);
      attachHost(this, gameRoomHost(runtimeOf(this), this.#topics, this.#match, onEventFault), tuning);
      const game = gameOf(this);
      const { failures } = runtimeOf(this);
      runtimeOf(this).drive({
        advanceClock: (stepMs) => clock.step(stepMs),
        timer: ({ name, payload }) =>
          attempt(`timer ${name}`, () => game.timers![name]!(payload as never), this.#onFault),
        step: (tick) => {
          this.#held.hearTold();
          tokensOf(this).hearStored();
          if (tick % type.tickHz === 0) this.#match.list();
          const step = { tick, dt, elapsedMs: clock.elapsedTime };
          attempt(
            "onTick",
            () => game.onTick?.(step),
            this.#onFault,
            (hasThrown) => failures.stepped(hasThrown),
          );
        },
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
        onFault: this.#onFault,
      });
      checkTimers(type, gameOf(this));
      await (pastOf(this) === undefined ? this.#begin(this.#match.begin(options)) : goingOn(this, () => this.#goOn()));
    }

    /** A player is in when the log knows it: who was told of a seat has it also after a crash. */
    override onJoin(client: Client, options?: unknown, auth?: unknown): Promise<void> {
      if (isGhost(client)) return this.#seated(client);
      const checked = joinOptions(type, options);
      const { sessions, outbox } = runtimeOf(this);
      return this.#atTickEdge(async () => {
        sessions.entered(client);
        this.#connected(client, 1);
        const joined = super.onJoin!(client, checked as never, auth as never);
        this.#match.seated(client.sessionId);
        this.#held.joined(client);
        const staged = () => new Promise<void>((resolve) => outbox.stage(resolve));
        let committed = staged();
        if (joined instanceof Promise) {
          await joined;
          committed = staged();
        }
        showHidden(gameOf(this), client, this.#onFault);
        await committed;
        if (client.state === ClientState.JOINING) this.#letIn.add(client);
      });
    }

    /** The connection is taken at once, and the game told at the tick edge: a cut in between loses no seat. */
    override onReconnect(client: Client): void {
      tokensOf(this).tell(client);
      this.#letIn.add(client);
      this.#held.cameBack(client);
      const greeting = greetingOf(client.ref);
      const page = greeting === undefined ? 0 : runtimeOf(this).seats.page(client.sessionId, greeting.page);
      void this.#atTickEdge(() => {
        runtimeOf(this).sessions.entered(client);
        this.#connected(client, page);
        runtimeOf(this).seats.untold(client.sessionId, false);
        return super.onReconnect!(client);
      }).catch((error: unknown) => this.#onFault(error, "onReconnect"));
    }

    override onLeave(client: Client, code?: number): Promise<void> {
      if (hasLeft(this)) return Promise.resolve();
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
     * told when it is a newer page that came; a stock one may not, or two of them would never stop. A player who comes to a seat after a
     * takeover without knowing its token was never told of it, and will ask for another one.
     */
    override hasReservedSeat(sessionId: string, reconnectionToken?: string | null): boolean {
      const codeFor = ({ ref }: Client) =>
        (greetingOf(ref) === undefined ? CODES.REPLACED : CODES.MAY_TRY_RECONNECT).code;
      const token = reconnectionToken ?? undefined;
      if (token === undefined) this.#held.knocked(sessionId);
      else endStaleConnection(this, sessionId, tokensOf(this).key(sessionId, token), codeFor);
      return super.hasReservedSeat(sessionId, token);
    }

    /** The seat is held at once, so that a client that is back before the next tick finds it. */
    override onDrop(client: Client, code?: number): Promise<void> {
      if (hasLeft(this)) return Promise.resolve();
      const isOut = code === CODES.BAD_FRAME.code || code === CODES.SIGNED_OUT.code;
      const isIn = this.#letIn.has(client) && !isOut && !tokensOf(this).isRevoked(client.sessionId);
      const seconds = isIn ? this.#held.secondsFor(client) : 0;
      if (seconds > 0) this.#held.hold(client, seconds);
      runtimeOf(this).delivery.disconnected(client);
      const { roomId } = this;
      services.logger.info(
        { roomId, sessionId: client.sessionId, roomType: type.name, code, heldSeconds: seconds },
        "player dropped",
      );
      return this.#atTickEdge(() => {
        const { seats } = runtimeOf(this);
        if (!seats.isConnected(client.sessionId)) return;
        seats.connected(client.sessionId, false);
        return super.onDrop?.(client, code) as void;
      });
    }

    /**
     * Asked by the queue that made the room, from whatever process (matchmaking/queue/match-rooms.ts). A player for whom it asks again
     * was never told of the seat that it may have here.
     */
    _promiseMatchSeat(sent: Sent): Promise<Promised> {
      this.#held.knocked(sent.sessionId);
      return this.#match.promise(sent);
    }

    override broadcastPatch(): boolean {
      return this.#publishing && super.broadcastPatch();
    }

    async #atTickEdge(run: () => void | Promise<unknown>): Promise<void> {
      await runtimeOf(this).inbox.atTickEdge(run);
    }

    /** Our client is welcomed, and told what it misses; a stock one is not. */
    #connected(client: Client, page: number): void {
      const greeting = greetingOf(client.ref);
      if (greeting === undefined) return;
      runtimeOf(this).delivery.connected(client, greeting, { page, seatHoldMs: this.#held.secondsFor() * 1000 });
    }

    async #begin(options: unknown): Promise<void> {
      const runtime = runtimeOf(this);
      const checked = joinOptions(type, options);
      await super.onCreate?.(checked);
      await openRoom(this, services);
      const warmth = warmthOf(this);
      if (warmth === undefined) runtime.run();
      else warmth.onTaken(() => runtime.run());
    }

    /** As far as it can go without its players; {@link takeOver} seats them and begins the ticks. */
    async #goOn(): Promise<void> {
      const runtime = runtimeOf(this);
      gameOf(this).onRestore?.(runtime.pause);
      await openRoom(this, services);
      this.#topics.goOn();
    }

    /** A player of before the takeover has the seat again, and is away. */
    #seated(client: Client): Promise<void> {
      const { seats, sessions } = runtimeOf(this);
      client.auth = seats.auth(client.sessionId);
      tokensOf(this).tell(client);
      sessions.entered(client);
      this.#letIn.add(client);
      this.#held.restored(client);
      showHidden(gameOf(this), client, this.#onFault);
      return Promise.resolve();
    }
  }
  return SealedGameRoom;
}

function gameOf(room: Room): GameRoom<RoomType> {
  return room as unknown as GameRoom<RoomType>;
}
