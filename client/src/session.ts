/**
 * A seat in a room, from the first connection to the goodbye, over as many connections as it takes: greets, is welcomed, and
 * passes on what is said in both directions. The app sees a {@link Room}; this is what stands behind it.
 */
import {
  CODES,
  type Contract,
  contractOf,
  ItemKind,
  NetError,
  readDoors,
  readServerFrame,
  readWelcome,
  type RoomType,
  type ServerItem,
  type ToldKind,
  type Welcome,
  writeClientFrame,
} from "@ninelives/shared-schema";
import {
  type FrameCounts,
  frameKind,
  isEntry,
  LEAVE_FRAME,
  PING_FRAME,
  type SessionRoom,
  type Wire,
} from "./adapter.ts";
import { Connection } from "./connection/connection.ts";
import { Lifeline } from "./connection/lifeline.ts";
import { type Place, Seat } from "./connection/seat.ts";
import { type KeptSeat, writeSeat } from "./connection/seat-keeper.ts";
import { CommandOutbox } from "./delivery/command-outbox.ts";
import { EventInbox } from "./delivery/event-inbox.ts";
import { StateGate } from "./delivery/state-gate.ts";
import { joinError, refusal } from "./errors.ts";
import type { SessionServices } from "./services.ts";

/** What the app's side of the room is told. */
export interface SessionHooks {
  stateArrived(): void;
  /** An event, or something of a topic, in order. */
  told(kind: ToldKind, seq: number, body: Uint8Array): void;
  gap(from: number, to: number): void;
  /** The state was built anew: objects of the old one are dead. */
  fresh(): void;
  dropped(): void;
}

export class Session {
  readonly connection = new Connection();
  readonly outbox: CommandOutbox;
  readonly inbox: EventInbox;
  readonly counts: FrameCounts = { frames: 0, bytes: 0, patches: 0, patchBytes: 0, commandsResent: 0 };
  /** Names as the server numbers them. */
  names: Pick<Contract, "commands" | "events">;
  readonly lifeline: Lifeline;
  /** Resolves when the room has its first state and this session was welcomed; rejects when it was not let in. */
  readonly entered: Promise<void>;
  #epoch = 0;
  /** Number of this page among those that had the seat; 0 before the server said it. */
  #page = 0;
  readonly #sdk: SessionRoom;
  readonly #seat: Seat;
  readonly #services: SessionServices;
  readonly #hooks: SessionHooks;
  readonly #contract: Contract;
  readonly #gate = new StateGate({
    take: (frame) => this.#show(frame),
    full: () => this.lifeline.cut("LINK_DEAD"),
  });
  /** What the server owes: an answer to a command, the first state of a connection. */
  readonly #owes = { answer: false, state: false };
  /** Its time was measured with the owner before. */
  #hasOldClock = false;
  #isWelcome = false;
  /** What the page before kept, until this one is welcomed. */
  #kept: KeptSeat | undefined;
  /** Why this session was not let in. */
  refusal: NetError | undefined;
  #enter!: () => void;
  #refuse!: (error: NetError) => void;

  constructor(type: RoomType, sdk: SessionRoom, place: Place, services: SessionServices, hooks: SessionHooks) {
    const { clock, random } = services;
    this.#sdk = sdk;
    this.#seat = new Seat(type, sdk, place, random);
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
    const means = { ...services, connection: this.connection, doors: this.#seat.doors };
    this.lifeline = new Lifeline({ ...means, hooks: this.#lifelineHooks() });
    this.inbox = new EventInbox({ sendAck: (ack) => this.lifeline.send(writeClientFrame(ack, undefined)) }, clock);
    this.outbox = new CommandOutbox(
      {
        send: (command, isAgain) => {
          if (isAgain) this.counts.commandsResent++;
          this.lifeline.send(writeClientFrame(this.inbox.takeAck(), command));
        },
        numberOf: (name) => this.names.commands.indexOf(name),
        isConnected: () => this.connection.state === "CONNECTED",
        owed: (isOwed) => this.#owed("answer", isOwed),
        added: () => this.#keep(),
      },
      clock,
      type.version,
    );
  }

  /** Highest epoch seen of the room. */
  get epoch(): number {
    return this.#epoch;
  }

  /** What the SDK's room uses in place of a connection. */
  get wire(): Wire {
    const { lifeline } = this;
    return {
      get isOpen() {
        return lifeline.isOpen;
      },
      send: (frame) => {
        if (isEntry(frame)) this.#keepToken();
        lifeline.send(frame);
      },
      cut: () => lifeline.cut(),
    };
  }

  /** Goes on with what the page before kept. */
  restore(seat: KeptSeat): void {
    this.#kept = seat;
    this.#epoch = seat.epoch;
    this.inbox.restart(seat);
    this.outbox.restore(seat.pending);
  }

  /** The app listens: what was held back for it is told now. */
  release(): void {
    this.inbox.release();
    this.#keep();
  }

  #lifelineHooks() {
    return {
      address: () => this.#whereTo(),
      frame: (data: ArrayBuffer) => this.#frame(data),
      dropped: () => this.#dropped(),
      refused: (code: number, reason: string) => this.#refuse(refusal(code, reason)),
      ended: (reason: keyof typeof CODES) => this.#ended(reason),
      ping: () => this.lifeline.send(PING_FRAME),
      goodbye: () => this.lifeline.send(LEAVE_FRAME),
      renew: () => this.#services.renew(this.#sdk.roomId, this.#sdk.sessionId),
    };
  }

  #whereTo(): [url: string, subprotocols: string[]] {
    this.#gate.close();
    const { eventSeq, resultId } = this.inbox;
    const isAgain = this.connection.state !== "CONNECTING";
    if (isAgain) this.#sdk.beginAgain();
    return this.#seat.address({ epoch: this.#epoch, eventSeq, resultId, page: this.#page }, isAgain);
  }

  #frame(data: ArrayBuffer): void {
    this.counts.frames++;
    this.counts.bytes += data.byteLength;
    const kind = frameKind(data);
    const isAgain = this.connection.state !== "CONNECTING";
    if (kind === undefined && this.connection.state === "DISCONNECTED") return;
    const isFresh = kind === "join with layout" && isAgain;
    if (isFresh) this.#sdk.forgetLayout();
    if (kind === "pong") this.lifeline.answered();
    if (kind === "state") {
      this.#gate.pass(data);
      return;
    }
    this.#sdk.take(data);
    if (kind === "join" || kind === "join with layout") {
      this.lifeline.joined();
      this.#owed("state", true);
    }
    if (isFresh) this.inbox.tellApp(() => this.#hooks.fresh());
  }

  #owed(what: "answer" | "state", isOwed: boolean): void {
    if (this.#owes[what] === isOwed) return;
    this.#owes[what] = isOwed;
    this.lifeline.owed(this.#owes.answer || this.#owes.state);
  }

  #show(frame: ArrayBuffer): void {
    this.#owed("state", false);
    this.#sdk.keepPace(frame);
    this.#sdk.take(frame);
    if (this.#hasOldClock) this.#sdk.restartClock();
    this.#hasOldClock = false;
    this.counts.patches++;
    this.counts.patchBytes += frame.byteLength;
    this.#hooks.stateArrived();
    this.#enter();
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
      case ItemKind.DOORS:
        this.#seat.doors.renew(readDoors(item.body));
        break;
      case ItemKind.GAP:
        this.inbox.missed({ eventSeq: item.seq, events: item.events }, (from, to) => this.#hooks.gap(from, to));
        break;
      default:
        this.inbox.arrived(item.seq, item.kind === ItemKind.EVENT, () =>
          this.#hooks.told(item.kind, item.seq, item.body),
        );
    }
  }

  #welcome({ epoch, commandId, eventSeq, events, page, seatHoldMs, names }: Welcome): void {
    if (epoch < this.#epoch) {
      this.lifeline.cut("LINK_DEAD");
      return;
    }
    this.#hasOldClock = epoch > this.#epoch && this.#epoch > 0;
    this.#epoch = epoch;
    this.#page = page;
    this.names = names ?? this.#contract;
    this.lifeline.reconnectForMs = seatHoldMs;
    if (eventSeq < this.inbox.eventSeq) {
      const to = this.inbox.events;
      this.inbox.tellApp(() => this.#hooks.gap(events + 1, to));
      this.inbox.restart({ eventSeq, events });
    }
    this.inbox.resultId = Math.min(this.inbox.resultId, commandId);
    this.#isWelcome = true;
    this.#kept = undefined;
    this.outbox.opened(commandId);
    this.#gate.open();
  }

  #dropped(): void {
    this.inbox.stop();
    this.outbox.closed();
    this.#hooks.dropped();
  }

  /** A seat that this page is too old for stays kept, with what was said: the page that fits may take it. */
  #ended(reason: keyof typeof CODES): void {
    if (reason === "UPGRADE_REQUIRED") this.#keep(true);
    else if (this.#isWelcome) this.#services.storage?.clear();
    this.inbox.stop();
    this.outbox.end(reason === "CONSENTED" ? "LEFT" : "COMMAND_UNANSWERED");
    this.#refuse(joinError({ code: CODES[reason].code, message: "the connection closed before the first state" }));
    if (this.#isWelcome) this.#sdk.onLeave.invoke(CODES[reason].code);
  }

  /** Before the server hears that its token has arrived: the one before takes no seat then. */
  #keepToken(): void {
    const { storage } = this.#services;
    if (this.#isWelcome) this.#keep();
    else if (storage !== undefined && this.#kept !== undefined)
      writeSeat(storage, { ...this.#kept, token: this.#seat.token });
  }

  #keep(isLast = false): void {
    const { storage } = this.#services;
    const isOver = this.connection.state === "DISCONNECTED" && !isLast;
    if (storage === undefined || isOver || !this.#isWelcome) return;
    const { told } = this.inbox;
    writeSeat(storage, this.#seat.kept({ epoch: this.#epoch, ...told, pending: this.outbox.kept }));
  }
}
