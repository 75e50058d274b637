/** A lifeline with a server that a test plays by hand: every socket it opened, every word it said, every change of its state. */
import { type ClientSocket, Connection, LIVENESS, type LivenessProfile } from "@ninelives/client";
import type { BackoffOptions } from "../../src/connection/backoff.ts";
import { Doors } from "../../src/connection/doors.ts";
import { Lifeline } from "../../src/connection/lifeline.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { FakePage } from "./fake-page.ts";

export class FakeSocket implements ClientSocket {
  binaryType = "blob";
  onopen: ClientSocket["onopen"] = null;
  onmessage: ClientSocket["onmessage"] = null;
  onclose: ClientSocket["onclose"] = null;
  onerror: ClientSocket["onerror"] = null;
  isClosed = false;
  readonly sent: Uint8Array[] = [];
  readonly url: string;
  readonly openedMs: number;

  constructor(url: string, openedMs: number) {
    this.url = url;
    this.openedMs = openedMs;
  }

  send(data: Uint8Array): void {
    this.sent.push(data);
  }

  close(): void {
    this.isClosed = true;
  }

  /** Somebody is at the other end. */
  open(): void {
    this.onopen?.();
  }

  /** Nobody is, and that is known at once. */
  refuse(): void {
    this.isClosed = true;
    this.onclose?.({ code: 1006, reason: "" });
  }

  /** The server, or a network, closes it, open as it is. */
  closeBy(code: number, reason = ""): void {
    this.open();
    this.isClosed = true;
    this.onclose?.({ code, reason });
  }

  frame(): void {
    this.onmessage?.({ data: new ArrayBuffer(1) });
  }
}

export interface LineOptions {
  readonly random?: () => number;
  readonly backoff?: BackoffOptions;
  readonly liveness?: LivenessProfile;
  /** Beside the server the client was made with, which is `a:1`. */
  readonly doors?: readonly string[];
  /** Shows a newer token. Default: there is no such thing as a token. */
  readonly renew?: () => Promise<void>;
}

export class FakeLine {
  readonly clock = new ManualClock();
  readonly page = new FakePage();
  readonly connection = new Connection();
  readonly sockets: FakeSocket[] = [];
  /** What the lifeline told its session. */
  readonly told: string[] = [];
  /** `<ms since the start> <from> > <to> <reason>`. */
  readonly changes: string[] = [];
  readonly doors: Doors;
  readonly lifeline: Lifeline;
  readonly #startMs = this.clock.now();

  constructor({ random = () => 0.5, backoff = {}, liveness = LIVENESS.game, doors = [], renew }: LineOptions = {}) {
    const { clock, connection, told } = this;
    this.doors = new Doors({ home: "a:1", first: "a:1", given: doors, random });
    connection.onChange(({ from, to, reason }) => this.changes.push(`${this.ms} ${from} > ${to} ${reason}`));
    this.lifeline = new Lifeline({
      connection,
      doors: this.doors,
      clock,
      random,
      backoff,
      liveness,
      hints: this.page,
      openSocket: (url) => {
        const socket = new FakeSocket(url, this.ms);
        this.sockets.push(socket);
        return socket;
      },
      hooks: {
        address: () => [this.doors.current, []],
        frame: () => told.push("frame"),
        dropped: () => told.push("dropped"),
        refused: (code, reason) => told.push(`refused ${code} ${reason}`.trimEnd()),
        ended: (reason) => told.push(`ended ${reason}`),
        ping: () => told.push("ping"),
        goodbye: () => told.push("goodbye"),
        ...(renew !== undefined && { renew }),
      },
    });
  }

  /** A line that is in the room. */
  static joined(options?: LineOptions): FakeLine {
    const line = new FakeLine(options);
    line.lifeline.begin();
    line.letIn();
    line.changes.length = 0;
    return line;
  }

  /** Since the start. */
  get ms(): number {
    return this.clock.now() - this.#startMs;
  }

  /** The newest one. */
  get socket(): FakeSocket {
    return this.sockets.at(-1)!;
  }

  /** When each socket was opened. */
  get openedMs(): number[] {
    return this.sockets.map(({ openedMs }) => openedMs);
  }

  /** Where each socket went, and when. */
  get ways(): string[] {
    return this.sockets.map(({ url, openedMs }) => `${openedMs} ${url}`);
  }

  /** The server lets the newest socket in; the question every connection begins with is not written down. */
  letIn(): void {
    this.socket.frame();
    this.lifeline.joined();
    if (this.told.at(-1) === "ping") this.told.pop();
  }
}
