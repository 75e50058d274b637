/** A host with talking rooms on a clock moved by hand, and players on real sockets. */
import {
  type Client,
  type ClientSocket,
  connect,
  type ConnectOptions,
  type OpenSocket,
  openWebSocket,
  type Room,
  type TopicGap,
  type TopicMeta,
} from "@ninelives/client";
import { defineHost, readRoom } from "@ninelives/server";
import { ManualClock } from "../support/manual-clock.ts";
import { Talk, TalkRoom } from "../support/talk-room.ts";
import { pump, startTestHost, type TestHost } from "../support/test-host.ts";
import { settle, until } from "../support/until.ts";

export type TalkClient = Room<typeof Talk>;

const PERIOD_MS = 20;

/** What one listener was told. */
export interface Listened {
  readonly lines: string[];
  readonly metas: TopicMeta[];
  readonly gaps: TopicGap[];
  readonly close: () => Promise<void>;
}

export interface TalkStage {
  readonly host: TestHost;
  readonly client: (options?: ConnectOptions) => Client;
  /** Runs ticks until the promise settles. */
  readonly act: <R>(promise: Promise<R>) => Promise<R>;
  readonly create: () => Promise<TalkClient>;
  readonly joinOther: (room: TalkClient, options?: ConnectOptions) => Promise<TalkClient>;
  readonly tick: () => Promise<void>;
  readonly ticksUntil: (what: string, isSo: () => boolean) => Promise<true>;
  readonly listen: (room: TalkClient, history?: number) => Promise<Listened>;
  /** As the room's log has them. */
  readonly subscriptions: (room: TalkClient) => Promise<string[]>;
}

export async function startTalk(): Promise<TalkStage> {
  const clock = new ManualClock();
  const rooms = { talk: { type: Talk, room: TalkRoom } };
  const config = defineHost({ rooms, store: { kind: "memory" }, seatHoldSeconds: 3_600 });
  const host = await startTestHost(config, { clock });
  const client = (options: ConnectOptions = {}) => connect(host.url, { random: () => 0.2, ...options });
  const act = <R>(promise: Promise<R>) => pump(clock, promise);
  return {
    host,
    client,
    act,
    create: () => act(client().create(Talk, {})),
    joinOther: (room, options) => act(client(options).joinById(Talk, room.roomId, {})),
    async tick() {
      clock.advance(PERIOD_MS);
      await settle();
    },
    ticksUntil: (what, isSo) =>
      until(what, () => {
        clock.advance(PERIOD_MS);
        return isSo();
      }),
    async listen(room, history = 0) {
      const [lines, metas, gaps]: [string[], TopicMeta[], TopicGap[]] = [[], [], []];
      const hear = ({ text }: { text: string }, meta: TopicMeta) => {
        lines.push(text);
        metas.push(meta);
      };
      const options = { history, onGap: (gap: TopicGap) => gaps.push(gap) };
      const subscription = await act(room.subscribe("team/red/chat", hear, options));
      return { lines, metas, gaps, close: () => act(subscription.close()) };
    },
    async subscriptions(room) {
      const { image } = await readRoom(host.store, room.roomId, Talk);
      return [...image!.memory.host.seats.get(room.sessionId)!.topics.keys()];
    },
  };
}

/** A device whose network can be switched off: nobody answers then. */
export function switchedSocket() {
  const network = { isOff: false };
  const openSocket: OpenSocket = (...address) => (network.isOff ? refusedSocket() : openWebSocket(...address));
  return { network, openSocket };
}

function refusedSocket(): ClientSocket {
  const socket = {
    binaryType: "",
    onopen: null,
    onmessage: null,
    onclose: null,
    onerror: null,
    send() {},
    close() {},
  } as ClientSocket;
  queueMicrotask(() => socket.onclose?.({ code: 1006, reason: "" }));
  return socket;
}
