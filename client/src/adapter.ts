/**
 * Everything this package uses of the SDK that its documentation does not promise; contract tests in
 * `client/test/adapter.test.ts`.
 *
 *  SessionClient   joins make their room with `createRoom` and then call its `connect` with the address of the seat, and with
 *                  the whole answer of matchmaking; `settings` says what the client was made with; `headers` go with each request,
 *                  and the token of the page's storage (`http.authToken`) into the address of a seat as `_authToken`
 *  SessionRoom     `onMessageCallback` takes a frame; `connection` is asked for `isOpen`, `send` and `close` and nothing else; with
 *                  `joinedAtTime` at 0 a JOIN_ROOM is taken as the first one; without a `serializer` one is made for the layout
 *                  that comes with it; `onError` before the join rejects it
 *  keepRefusals    joins go through `client.http.post`; what that throws, other than a ServerError, reaches the caller as it is
 *  restartClock    a room that takes inputs has a clock with `reset()`; what it samples first is believed as it is
 *  keepPace        a frame of state with bit 7 set has the room's time in bytes 1 to 4; what moved is taken to have rested after one and
 *                  a half of the clock's `patchInterval` without a change
 *  inputHandle     `room.input()` without a type gives a handle whose `data` has the server's fields
 *  isEntry         a JOIN_ROOM is answered when `reconnectionToken` is the one that came with it
 *  opcodes         the lowest five bits of a frame's byte 0; JOIN_ROOM is [10][n][token][n][serializer][length of layout, 0: none]
 */
import { Client as SdkClient, type InputHandle, Protocol, Room as SdkRoom } from "@colyseus/sdk";
import { CLIENT_HEADER, PROTOCOL_VERSION } from "@ninelives/shared-schema";

const OPCODE_MASK = 0x1f;
/** A frame of state that begins with the room's time. */
const TIMED = 0x80;
/** A longer gap between two patches is a rest of the whole room, ms. */
const PACE_MAX_MS = 250;

/** What went over a session's connections. */
export interface FrameCounts {
  frames: number;
  bytes: number;
  patches: number;
  patchBytes: number;
  commandsResent: number;
}

/** What stands in the place of the SDK's connection. */
export interface Wire {
  readonly isOpen: boolean;
  send(frame: Uint8Array): void;
  /** Drops the connection; it comes back. */
  cut(): void;
}

/** What matchmaking said of where a seat is. */
export interface Reserved {
  readonly address: string;
  /** Not checked yet. */
  readonly doors: readonly unknown[];
}

/** Called with the place of a seat; makes the wire the room is to use. */
export type Connect = (room: SessionRoom, reserved: Reserved) => Wire;

/** A stock room that leaves its connection to us. */
export class SessionRoom extends SdkRoom {
  readonly #connect: Connect;

  constructor(name: string, connect: Connect) {
    super(name);
    this.#connect = connect;
  }

  override connect(address: string, reservation?: { readonly doors?: unknown }): void {
    const doors = reservation?.doors;
    const wire = this.#connect(this, { address: withoutToken(address), doors: Array.isArray(doors) ? doors : [] });
    const send = (frame: Uint8Array) => wire.send(frame);
    this.connection = Object.defineProperties(
      { events: {}, send, sendUnreliable: send, close: () => wire.cut() },
      { isOpen: { get: () => wire.isOpen } },
    ) as never;
  }

  /** Takes a frame as if it came from the SDK's own socket. */
  take(data: ArrayBuffer): void {
    this.onMessageCallback({ data } as MessageEvent);
  }

  /**
   * To be called before a frame of state is taken. A host under strain leaves patches out, and a late one too: what is only shown from
   * fewer pictures then does not rest between them.
   */
  keepPace(frame: ArrayBuffer): void {
    const view = new DataView(frame);
    if ((view.getUint8(0) & TIMED) === 0) return;
    const gapMs = view.getUint32(1, true) - this.clock.lastServerTime();
    if (gapMs > 0 && gapMs <= PACE_MAX_MS) this.clock.setPatchInterval?.(gapMs);
  }

  /** The next JOIN_ROOM is a first one again. */
  beginAgain(): void {
    this.joinedAtTime = 0;
  }

  /** The room's time stood still while nobody had the room: what was measured of it counts no more, but for the newest stamp. */
  restartClock(): void {
    const { clock } = this;
    if (!("reset" in clock)) return;
    const newestMs = clock.lastServerTime();
    (clock.reset as () => void)();
    clock.sample(newestMs, -1);
  }

  /** The next state is built from the layout that comes with it. */
  forgetLayout(): void {
    this.serializer = undefined as never;
  }
}

export class SessionClient extends SdkClient {
  readonly #connect: Connect;

  /** `token`: names the player in each request; undefined: a guest. */
  constructor(url: string, connect: Connect, fetchFn: typeof fetch | undefined, token: string | undefined) {
    const headers = { [CLIENT_HEADER]: String(PROTOCOL_VERSION), ...(token !== undefined && bearer(token)) };
    super(url, fetchFn === undefined ? { headers } : { headers, fetchFn: fetchFn as never });
    this.#connect = connect;
  }

  /** Shows a newer token for a seat. */
  async renew(roomId: string, sessionId: string, token: string): Promise<void> {
    await this.http.post(`/matchmake/renew/${roomId}`, { headers: bearer(token), body: { sessionId } });
  }

  /** The server this client was made with: `host:port`, and its path. */
  get home(): string {
    const { hostname, port, pathname } = this.settings;
    return `${hostname}:${port}${pathname}`;
  }

  protected override createRoom(name: string): never {
    return new SessionRoom(name, this.#connect) as never;
  }
}

function bearer(token: string): { readonly authorization: string } {
  return { authorization: `Bearer ${token}` };
}

/** The SDK puts a token that it finds in the page's storage into addresses, which end up in logs. */
function withoutToken(address: string): string {
  const url = new URL(address);
  url.searchParams.delete("_authToken");
  return url.href;
}

/** What a frame is for; undefined for frames that only the SDK cares about. */
export type FrameKind = "join" | "join with layout" | "state" | "pong" | undefined;

export function frameKind(data: ArrayBuffer): FrameKind {
  const bytes = new Uint8Array(data);
  const opcode = bytes[0]! & OPCODE_MASK;
  if (opcode === Protocol.ROOM_STATE || opcode === Protocol.ROOM_STATE_PATCH) return "state";
  if (opcode === Protocol.PING) return "pong";
  if (opcode !== Protocol.JOIN_ROOM) return undefined;
  const serializer = 2 + bytes[1]!;
  return (bytes[serializer + 1 + bytes[serializer]!] ?? 0) === 0 ? "join" : "join with layout";
}

/** What the SDK answers JOIN_ROOM with, once it has taken the token that came with it. */
export function isEntry(frame: Uint8Array): boolean {
  return frame.length === 1 && frame[0] === Protocol.JOIN_ROOM;
}

/** Frames of one byte. */
export const PING_FRAME = Uint8Array.of(Protocol.PING);
export const LEAVE_FRAME = Uint8Array.of(Protocol.LEAVE_ROOM);

/** The SDK passes on no more than the status of a refused join; `translate` sees the whole answer. */
export function keepRefusals(client: SdkClient, translate: (error: unknown) => Error): void {
  const { http } = client;
  const post = http.post.bind(http);
  const kept = (...request: Parameters<typeof post>) =>
    post(...request).catch((error: unknown) => {
      throw translate(error);
    });
  http.post = kept as typeof http.post;
}

export function inputHandle<Input>(room: SdkRoom): InputHandle<Input> {
  return room.input() as InputHandle<Input>;
}
