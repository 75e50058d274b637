/**
 * A seat in a room, from the first connection to the goodbye, over as many connections as it takes: greets, is welcomed, and
 * passes on what is said in both directions. The app sees a {@link Room}; this is what stands behind it.
 */
import {
  CODES,
  type Contract,
  contractOf,
  GREETING_PARAM,
  ItemKind,
  NetError,
  PROTOCOL_VERSION,
  readServerFrame,
  readWelcome,
  type RoomType,
  type ServerItem,
  type Welcome,
  writeClientFrame,
  writeGreeting,
} from "@ninelives/shared-schema";
import { type FrameCounts, frameKind, LEAVE_FRAME, PING_FRAME, type SessionRoom, type Wire } from "./adapter.ts";
import type { ClientClock } from "./clock.ts";
import type { BackoffOptions } from "./connection/backoff.ts";
import { Connection } from "./connection/connection.ts";
import type { HintTarget } from "./connection/hints.ts";
import { Lifeline } from "./connection/lifeline.ts";
import type { LivenessProfile } from "./connection/liveness.ts";
import { type KeptSeat, type SeatStorage, writeSeat } from "./connection/seat-keeper.ts";
import type { OpenSocket } from "./connection/socket.ts";
import { CommandOutbox } from "./delivery/command-outbox.ts";
import { EventInbox } from "./delivery/event-inbox.ts";
import { joinError, refusal } from "./errors.ts";

/** What a client gives each of its sessions. */
export interface SessionServices {
  readonly clock: ClientClock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly openSocket: OpenSocket;
  readonly backoff: BackoffOptions;
  readonly liveness: LivenessProfile;
  readonly storage: SeatStorage | undefined;
  readonly hints: HintTarget | undefined;
}

/** What the app's side of the room is told. */
export interface SessionHooks {
  stateArrived(): void;
  /** An event, or something of a topic, in order. */
  told(kind: typeof ItemKind.EVENT | typeof ItemKind.TOPIC, body: Uint8Array): void;
  gap(from: number, to: number): void;
  /** The state was built anew: objects of the old one are dead. */
  fresh(): void;
  dropped(): void;
}

/** Where a seat is, as matchmaking said it. */
export interface SeatPlace {
  readonly processId: string;
  readonly address?: string;
}

export class Session {
  readonly connection = new Connection();
  readonly outbox: CommandOutbox;
  readonly inbox: EventInbox;
  readonly counts: FrameCounts = { frames: 0, bytes: 0, patches: 0, patchBytes: 0 };
  /** Names as the server numbers them. */
  names: Pick<Contract, "commands" | "events">;
  readonly lifeline: Lifeline;
  /** Resolves when the room has its first state and this session was welcomed; rejects when it was not let in. */
  readonly entered: Promise<void>;
  /** Highest epoch seen of the room. */
  #epoch = 0;
  readonly #type: RoomType;
  readonly #sdk: SessionRoom;
  readonly #services: SessionServices;
  readonly #hooks: SessionHooks;
  readonly #contract: Contract;
  #address: string;
  #wasIn = false;
  #hasState = false;
  #isWelcome = false;
  /** Why this session was not let in. */
  refusal: NetError | undefined;
  #enter!: () => void;
  #refuse!: (error: NetError) => void;

  constructor(type: RoomType, sdk: SessionRoom, address: string, services: SessionServices, hooks: SessionHooks) {
    const { clock } = services;
    this.#type = type;
    this.#sdk = sdk;
    this.#address = address;
    this.#services = services;
    this.#hooks = hooks;
    this.#contract = contractOf(type);
    this.names = this.#contract;
    this.entered = new Promise((resolve, reject) => {
      this.#enter = resolve;
      this.#refuse = (error) => {
        this.refusal ??= error;
        reject(error);
      };
    });
    this.entered.catch(() => {});
    this.lifeline = new Lifeline({ ...services, connection: this.connection, hooks: this.#lifelineHooks() });
    this.inbox = new EventInbox({ sendAck: (ack) => this.#send(writeClientFrame(ack, undefined)) }, clock);
    this.outbox = new CommandOutbox(
      {
        send: (command) => this.#send(writeClientFrame(this.inbox.takeAck(), command)),
        numberOf: (name) => this.names.commands.indexOf(name),
        owed: (isOwed) => this.lifeline.owed(isOwed),
        changed: () => this.#keep(),
      },
      clock,
      type.version,
    );
  }

  /** What the SDK's room uses in place of a connection. */
  get wire(): Wire {
    const { lifeline } = this;
    return {
      get isOpen() {
        return lifeline.isOpen;
      },
      send: (frame) => lifeline.send(frame),
      close: () => lifeline.cut(),
    };
  }

  /** Goes on with what the page before kept. */
  restore(seat: KeptSeat): void {
    this.#epoch = seat.epoch;
    this.inbox.eventSeq = seat.eventSeq;
    this.outbox.restore(seat.pending);
  }

  #lifelineHooks() {
    return {
      address: () => this.#whereTo(),
      frame: (data: ArrayBuffer) => this.#frame(data),
      dropped: () => this.#dropped(),
      refused: (code: number, reason: string) => this.#refuse(refusal(code, reason)),
      ended: (reason: keyof typeof CODES) => this.#ended(reason),
      ping: () => this.#send(PING_FRAME),
      goodbye: () => this.#send(LEAVE_FRAME),
    };
  }

  #whereTo(): string {
    const url = new URL(this.#address);
    const { eventSeq, resultId } = this.inbox;
    const greeting = {
      protocol: PROTOCOL_VERSION,
      typeVersion: this.#type.version,
      contract: this.#contract.hash,
      epoch: this.#epoch,
      eventSeq,
      resultId,
    };
    url.searchParams.set(GREETING_PARAM, writeGreeting(greeting));
    if (this.connection.state !== "CONNECTING") {
      url.searchParams.set("reconnectionToken", this.#token);
      url.searchParams.set("skipHandshake", "1");
      this.#sdk.beginAgain();
    }
    return url.href;
  }

  get #token(): string {
    return this.#sdk.reconnectionToken.slice(this.#sdk.roomId.length + 1);
  }

  #send(frame: Uint8Array): void {
    this.lifeline.send(frame);
  }

  #frame(data: ArrayBuffer): void {
    this.counts.frames++;
    this.counts.bytes += data.byteLength;
    const kind = frameKind(data);
    const isAgain = this.connection.state !== "CONNECTING";
    const isFresh = kind === "join with layout" && isAgain;
    if (isFresh) this.#sdk.forgetLayout();
    this.#sdk.take(data);
    if (kind === "join" || kind === "join with layout") {
      this.#wasIn = true;
      this.lifeline.joined();
    }
    if (isFresh) this.inbox.tellApp(() => this.#hooks.fresh());
    if (kind !== "state") return;
    this.counts.patches++;
    this.counts.patchBytes += data.byteLength;
    this.#hasState = true;
    this.#hooks.stateArrived();
    this.#arrive();
  }

  /** A frame of the delivery channel, without opcode and channel. */
  take(items: Uint8Array): void {
    for (const item of readServerFrame(items)) this.#item(item);
    this.#keep();
  }

  #item(item: ServerItem): void {
    switch (item.kind) {
      case ItemKind.WELCOME:
        this.#welcome(readWelcome(item.body));
        break;
      case ItemKind.RESULT:
      case ItemKind.FAULT:
        this.inbox.answered(item.id);
        this.outbox.answered(item.id, item.kind === ItemKind.FAULT, item.body);
        break;
      case ItemKind.GAP:
        this.inbox.told(item.to, () => this.#hooks.gap(item.from, item.to));
        break;
      default:
        this.inbox.told(item.seq, () => this.#hooks.told(item.kind, item.body));
    }
  }

  #welcome({ epoch, commandId, eventSeq, seatHoldMs, names }: Welcome): void {
    if (epoch < this.#epoch) {
      this.lifeline.cut("LINK_DEAD");
      return;
    }
    this.#epoch = epoch;
    this.names = names ?? this.#contract;
    this.lifeline.reconnectForMs = seatHoldMs;
    if (eventSeq < this.inbox.eventSeq) {
      const from = eventSeq + 1;
      this.inbox.tellApp(() => this.#hooks.gap(from, from));
      this.inbox.eventSeq = eventSeq;
    }
    this.inbox.resultId = Math.min(this.inbox.resultId, commandId);
    this.#isWelcome = true;
    this.outbox.opened(commandId);
    this.#arrive();
  }

  #arrive(): void {
    if (this.#hasState && this.#isWelcome) this.#enter();
  }

  #dropped(): void {
    this.inbox.stop();
    this.outbox.closed();
    this.#hooks.dropped();
  }

  #ended(reason: keyof typeof CODES): void {
    this.inbox.stop();
    this.outbox.end(reason === "CONSENTED" ? "LEFT" : "COMMAND_UNANSWERED");
    this.#services.storage?.clear();
    this.#refuse(joinError({ code: CODES[reason].code, message: "the connection closed before the first state" }));
    if (this.#wasIn) this.#sdk.onLeave.invoke(CODES[reason].code);
  }

  #keep(): void {
    const { storage } = this.#services;
    if (storage === undefined || this.connection.state === "DISCONNECTED" || !this.#isWelcome) return;
    const { host, pathname } = new URL(this.#address);
    writeSeat(storage, {
      version: 1,
      typeName: this.#type.name,
      roomId: this.#sdk.roomId,
      sessionId: this.#sdk.sessionId,
      processId: pathname.split("/").at(-2) ?? "",
      address: host,
      token: this.#token,
      epoch: this.#epoch,
      eventSeq: this.inbox.eventSeq,
      pending: this.outbox.kept,
    });
  }
}
